import type { Case } from './fixture.ts';

/** In the metadata of the worker. */
const moved = 'name: worker';

export const referencesCases: Case[] = [
  {
    title: 'a movedFrom that is not a reference',
    edits: {
      'services/user-service/components/worker/worker.yaml': [[moved, `${moved}\n  movedFrom: old worker`]],
    },
    errors: [
      'bad_reference services/user-service/components/worker/worker.yaml:6:14 "old worker" is not a reference; write service/component, with @region if needed',
    ],
  },
  {
    title: 'a move from a component that is still there',
    edits: {
      'services/user-service/components/worker/worker.yaml': [
        [moved, `${moved}\n  movedFrom: user-service/api`],
      ],
    },
    errors: [
      'not_allowed_value services/user-service/components/worker/worker.yaml:6:14 component user-service/api is still in the stack, so nothing has moved from it; remove one of them',
    ],
  },
  {
    title: 'two moves from one component',
    edits: {
      'services/user-service/components/worker/worker.yaml': [
        [moved, `${moved}\n  movedFrom: user-service/old`],
      ],
      'services/user-service/components/events/sqs.yaml': [
        ['name: events', 'name: events\n  movedFrom: user-service/old'],
      ],
    },
    errors: [
      'not_allowed_value services/user-service/components/worker/worker.yaml:6:14 component user-service/old has moved to one component only, and services/user-service/components/events/sqs.yaml:6:14 names it too; remove one of them',
    ],
  },
  {
    title: 'a move from itself',
    edits: {
      'services/user-service/components/worker/worker.yaml': [
        [moved, `${moved}\n  movedFrom: user-service/worker`],
      ],
    },
    errors: [
      'not_allowed_value services/user-service/components/worker/worker.yaml:6:14 component user-service/worker has this id now; remove movedFrom',
    ],
  },
  {
    title: 'a region that AWS can not have',
    edits: {
      'services/user-service/components/worker/worker.yaml': [
        [moved, `${moved}\n  regions: [us-east-1, mars]`],
      ],
    },
    errors: [
      'not_allowed_value services/user-service/components/worker/worker.yaml:6:24 "mars" is not the name of a region; write it like eu-central-1',
    ],
  },
  {
    title: "a stack's region that is a city",
    edits: { 'stack.yaml': [['region: us-east-1', 'region: Frankfurt']] },
    errors: [
      'not_allowed_value stack.yaml:14:13 "Frankfurt" is not the name of a region; write it like eu-central-1',
    ],
  },
  {
    title: 'too many parts',
    edits: {
      'services/user-service/components/worker/worker.yaml': [['component: events', 'component: a/b/c']],
    },
    errors: [
      'bad_reference services/user-service/components/worker/worker.yaml:16:20 "a/b/c" is not a reference; write service/component, with @region if needed',
    ],
  },
  {
    title: 'a name with other characters',
    edits: {
      'services/user-service/components/worker/worker.yaml': [
        ['component: events', 'component: user-service/Events'],
      ],
    },
    errors: [
      'bad_reference services/user-service/components/worker/worker.yaml:16:20 "user-service/Events" is not a reference; write service/component, with @region if needed',
    ],
  },
  {
    title: 'a misspelt service',
    edits: {
      'services/auth-service/components/authorizer/lambda.yaml': [
        ['component: user-service/api', 'component: usr-service/api'],
      ],
    },
    errors: [
      'unknown_service services/auth-service/components/authorizer/lambda.yaml:25:20 service usr-service does not exist in the stack; did you mean user-service?',
    ],
  },
  {
    title: 'a misspelt service that a service depends on',
    edits: { 'services/user-service/service.yaml': [['spec:', 'spec:\n  dependsOn: [notification-servce]']] },
    errors: [
      'unknown_service services/user-service/service.yaml:15:15 service notification-servce does not exist in the stack; did you mean notification-service?',
    ],
  },
  {
    title: 'a misspelt component',
    edits: {
      'services/auth-service/components/authorizer/lambda.yaml': [
        ['component: user-service/api', 'component: user-service/apis'],
      ],
    },
    errors: [
      'unknown_component services/auth-service/components/authorizer/lambda.yaml:25:20 service user-service has no component apis; did you mean api?',
    ],
  },
  {
    title: 'a component of another service without that',
    edits: {
      'services/auth-service/components/gateway/apigateway.yaml': [
        ['component: auth-service/authorizer', 'component: worker'],
      ],
    },
    errors: [
      'unknown_component services/auth-service/components/gateway/apigateway.yaml:14:20 service auth-service has no component worker; did you mean user-service/worker?',
    ],
  },
  {
    title: 'a component that is gone',
    edits: { 'services/user-service/components/cache/elasticache.yaml': null },
    errors: [
      'unknown_component services/user-service/components/api/microservice.yaml:28:20 service user-service has no component cache',
      'unknown_component services/user-service/components/api/microservice.yaml:47:7 service user-service has no component cache',
    ],
  },
  {
    title: 'a region in which it is not',
    edits: {
      'services/user-service/components/events/sqs.yaml': [
        ['stack: user-platform', 'stack: user-platform\n  regions: [us-east-1, eu-west-1]'],
      ],
      'services/user-service/components/worker/worker.yaml': [
        ['component: events', 'component: events@eu-west-2'],
      ],
    },
    errors: [
      'unknown_component services/user-service/components/worker/worker.yaml:16:20 user-service/events is not in region eu-west-2; did you mean eu-west-1?',
    ],
  },
  {
    title: 'an output of the stack',
    edits: {
      'stack.yaml': [
        [
          '  provider:',
          '  outputs:\n    apiUrl:\n      valueFrom: {component: user-service/apj, output: url}\n  provider:',
        ],
      ],
    },
    errors: [
      'unknown_component stack.yaml:14:30 service user-service has no component apj; did you mean api?',
    ],
  },
  {
    title: 'a misspelt output',
    edits: {
      'services/user-service/components/worker/worker.yaml': [['output: bucketName', 'output: bucketNam']],
    },
    errors: [
      'unknown_output services/user-service/components/worker/worker.yaml:21:17 user-service/uploads (S3) has no output bucketNam; did you mean bucketName?',
    ],
  },
  {
    title: 'an output that the kind does not have',
    edits: {
      'services/user-service/components/worker/worker.yaml': [['output: bucketName', 'output: password']],
    },
    errors: [
      'unknown_output services/user-service/components/worker/worker.yaml:21:17 user-service/uploads (S3) has no output password; known: arn, bucketName, domainName',
    ],
  },
  {
    title: 'several regions, and none is the own',
    edits: {
      'services/user-service/components/events/sqs.yaml': [
        ['stack: user-platform', 'stack: user-platform\n  regions: [eu-west-1, eu-central-1]'],
      ],
    },
    errors: [
      'ambiguous_reference services/user-service/components/api/microservice.yaml:32:20 user-service/events is in several regions; write one of user-service/events@eu-west-1, user-service/events@eu-central-1',
      'ambiguous_reference services/user-service/components/worker/worker.yaml:16:20 user-service/events is in several regions; write one of user-service/events@eu-west-1, user-service/events@eu-central-1',
    ],
  },
  {
    title: 'itself',
    edits: {
      'services/user-service/components/worker/worker.yaml': [['component: events', 'component: worker']],
    },
    errors: [
      'self_dependency services/user-service/components/worker/worker.yaml:16:20 component user-service/worker depends on itself; remove the reference',
    ],
  },
  {
    title: 'a service that depends on itself',
    edits: { 'services/user-service/service.yaml': [['spec:', 'spec:\n  dependsOn: [user-service]']] },
    errors: [
      'self_dependency services/user-service/service.yaml:15:15 service user-service depends on itself; remove the reference',
    ],
  },
  {
    title: 'a cycle, though one step has two reasons',
    edits: {
      'services/user-service/components/database/rds.yaml': [['spec:', 'spec:\n  dependsOn:\n    - api']],
    },
    errors: [
      'cycle services/user-service/components/api/microservice.yaml:24:20 components depend on each other: user-service/api → user-service/database → user-service/api; remove one of these dependencies',
    ],
  },
  {
    title: 'two cycles',
    edits: {
      'services/user-service/components/database/rds.yaml': [['spec:', 'spec:\n  dependsOn:\n    - api']],
      'services/user-service/components/cache/elasticache.yaml': [
        ['spec:', 'spec:\n  dependsOn:\n    - api'],
      ],
    },
    errors: [
      'cycle services/user-service/components/api/microservice.yaml:24:20 components depend on each other: user-service/api → user-service/database → user-service/api; remove one of these dependencies',
      'cycle services/user-service/components/api/microservice.yaml:28:20 components depend on each other: user-service/api → user-service/cache → user-service/api; remove one of these dependencies',
    ],
  },
  {
    title: 'a cycle of services',
    edits: {
      'services/user-service/service.yaml': [['spec:', 'spec:\n  dependsOn: [notification-service]']],
    },
    errors: [
      'cycle services/notification-service/components/api/microservice.yaml:26:20 components depend on each other: notification-service/api → user-service/api → notification-service/api; remove one of these dependencies',
    ],
  },
];
