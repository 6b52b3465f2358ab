import type { Case } from './fixture.ts';

export const fieldsCases: Case[] = [
  {
    title: 'a field of a map',
    edits: { 'services/user-service/components/api/microservice.yaml': [['    tag: "${VERSION}"\n', '']] },
    errors: [
      'missing_field services/user-service/components/api/microservice.yaml:12:5 spec.image.tag is missing; add it',
    ],
  },
  {
    title: 'a whole map: only the map is missing',
    edits: {
      'services/user-service/components/worker/worker.yaml': [
        ['  image:\n    repository: ${REGISTRY}/user-worker\n    tag: "${VERSION}"\n', ''],
      ],
    },
    errors: [
      'missing_field services/user-service/components/worker/worker.yaml:10:3 spec.image is missing; add it',
    ],
  },
  {
    title: 'a field of a map that only defaults give',
    edits: {
      'services/user-service/components/database/rds.yaml': [
        ['  instance:\n    storage:\n      allocatedGB: 50\n', ''],
      ],
    },
    errors: [
      'missing_field services/user-service/components/database/rds.yaml:10:3 spec.instance.storage.allocatedGB is missing; add it here; the rest of spec.instance.storage is in infra/defaults.yaml:21:13',
    ],
  },
  {
    title: 'the name',
    edits: { 'services/user-service/components/database/rds.yaml': [['  name: database\n', '']] },
    errors: [
      'missing_field services/user-service/components/database/rds.yaml:5:3 metadata.name is missing; add it',
    ],
  },
  {
    title: 'the kind',
    edits: { 'services/user-service/components/database/rds.yaml': [['kind: RDS\n', '']] },
    errors: ['missing_field services/user-service/components/database/rds.yaml:1:1 kind is missing; add it'],
  },
  {
    title: 'the spec, of which the fields are not missing as well',
    edits: {
      'services/user-service/components/database/rds.yaml': [
        [
          'spec:\n  engine:\n    type: postgres\n    version: "15.4"\n  instance:\n    storage:\n      allocatedGB: 50\n  database:\n    name: userdb\n    username: dbadmin\n    passwordSecret:\n      ref: /stacks/user-platform/user-service/db-password\n',
          '',
        ],
      ],
    },
    errors: ['missing_field services/user-service/components/database/rds.yaml:1:1 spec is missing; add it'],
  },
  {
    title: 'a bound of autoscaling',
    edits: {
      'services/user-service/components/api/infra.yaml': [
        ['spec:\n', 'spec:\n  scaling:\n    autoscaling:\n      minReplicas: 2\n'],
      ],
    },
    errors: [
      'missing_field services/user-service/components/api/infra.yaml:12:7 infra.scaling.autoscaling.maxReplicas is missing; add it',
    ],
  },
  {
    title: 'an output',
    edits: { 'services/user-service/components/worker/worker.yaml': [['        output: url\n', '']] },
    errors: [
      'missing_field services/user-service/components/worker/worker.yaml:16:9 spec.environment[QUEUE_URL].valueFrom.output is missing; add it',
    ],
  },
  {
    title: 'a field that an overlay removes',
    edits: {
      'environments/production/services/user-service/components/database/rds.yaml': [
        ['class: db.r6g.xlarge', 'class:'],
      ],
    },
    environment: 'production',
    errors: [
      'missing_field services/user-service/components/database/rds.yaml:14:5 spec.instance.class is missing; add it',
    ],
  },
  {
    title: 'capacity of a provisioned table',
    edits: {
      'services/auth-service/components/sessions/dynamodb.yaml': [
        ['spec:', 'spec:\n  billingMode: PROVISIONED'],
      ],
    },
    errors: [
      'missing_field services/auth-service/components/sessions/dynamodb.yaml:10:3 spec.readCapacity is missing; billingMode PROVISIONED needs it',
      'missing_field services/auth-service/components/sessions/dynamodb.yaml:10:3 spec.writeCapacity is missing; billingMode PROVISIONED needs it',
    ],
  },
  {
    title: 'a network without zones',
    edits: { 'infra/networking.yaml': [['  availabilityZones: [us-east-1a, us-east-1b]\n', '']] },
    errors: ['missing_field infra/networking.yaml:9:3 spec.availabilityZones is missing; add it'],
  },
  {
    title: 'a misspelt field is not missing as well',
    edits: { 'services/user-service/components/database/rds.yaml': [['allocatedGB', 'allocatedGb']] },
    errors: [
      'unknown_field services/user-service/components/database/rds.yaml:15:7 spec.instance.storage.allocatedGb is not a known field; did you mean allocatedGB?',
    ],
  },
  {
    title: 'a misspelt spec',
    edits: { 'services/user-service/components/database/rds.yaml': [['spec:', 'specs:']] },
    errors: [
      'unknown_field services/user-service/components/database/rds.yaml:9:1 specs is not a known field; did you mean spec?',
    ],
  },
  {
    title: 'a field without a near name',
    edits: { 'services/user-service/components/cache/elasticache.yaml': [['numNodes', 'nodes']] },
    errors: [
      'unknown_field services/user-service/components/cache/elasticache.yaml:15:5 spec.cluster.nodes is not a known field; known here: mode, nodeType, numNodes',
    ],
  },
  {
    title: 'a misspelt field of metadata',
    edits: { 'services/user-service/components/cache/elasticache.yaml': [['service:', 'servce:']] },
    errors: [
      'unknown_field services/user-service/components/cache/elasticache.yaml:6:3 metadata.servce is not a known field; did you mean service?',
    ],
  },
  {
    title: 'a field at a wrong level',
    edits: {
      'services/user-service/components/api/infra.yaml': [
        ['spec:\n', 'spec:\n  scaling:\n    minReplicas: 2\n'],
      ],
    },
    errors: [
      'unknown_field services/user-service/components/api/infra.yaml:11:5 infra.scaling.minReplicas is not a known field; did you mean scaling.autoscaling.minReplicas?',
    ],
  },
  {
    title: 'a size for what runs no container',
    edits: {
      'services/user-service/components/database/infra.yaml': {
        copyOf: 'services/user-service/components/api/infra.yaml',
        edits: [['name: api', 'name: database']],
      },
    },
    errors: [
      'unknown_field services/user-service/components/database/infra.yaml:10:3 infra.networking is not a known field; known here: logRetentionDays, protect',
    ],
  },
  {
    title: 'a misspelt field of a kind in defaults: once, and not missing in the component',
    edits: { 'infra/defaults.yaml': [['class: db', 'clas: db']] },
    errors: [
      'unknown_field infra/defaults.yaml:19:11 spec.instance.clas is not a known field; did you mean class?',
    ],
  },
  {
    title: 'a misspelt part of defaults: what it would give is not missing',
    edits: { 'infra/defaults.yaml': [['  kinds:', '  kind:']] },
    errors: ['unknown_field infra/defaults.yaml:15:3 spec.kind is not a known field; did you mean kinds?'],
  },
  {
    title: 'a misspelt part of a template: what it would give is not missing',
    edits: {
      'templates/http-service.yaml': [['  spec:\n', '  specs:\n']],
      'services/user-service/components/api/microservice.yaml': [['    - name: http\n', '    - nam: http\n']],
    },
    errors: [
      'unknown_field services/user-service/components/api/microservice.yaml:16:7 spec.ports[0].nam is not a known field; did you mean name?',
      'unknown_field templates/http-service.yaml:9:3 spec.specs is not a known field; did you mean spec?',
    ],
  },
  {
    title: 'a misspelt field of all components in defaults: once',
    edits: { 'infra/defaults.yaml': [['replicas: 1', 'replica: 1']] },
    errors: [
      'unknown_field infra/defaults.yaml:14:7 infra.scaling.replica is not a known field; did you mean replicas?',
    ],
  },
  {
    title: 'a misspelt field of the stack',
    edits: { 'stack.yaml': [['region: us', 'regoin: us']] },
    errors: ['unknown_field stack.yaml:14:5 spec.provider.regoin is not a known field; did you mean region?'],
  },
  {
    title: 'a profile, because the engine has the credentials',
    edits: { 'stack.yaml': [['region: us-east-1', 'region: us-east-1\n    profile: admin']] },
    errors: [
      'unknown_field stack.yaml:15:5 spec.provider.profile is not a known field; known here: name, region, accountId',
    ],
  },
  {
    title: 'an environment in a file for all',
    edits: { 'stack.yaml': [['name: user-platform', 'name: user-platform\n  environment: development']] },
    errors: [
      'unknown_field stack.yaml:6:3 metadata.environment is not a known field; known here: name, description, labels, annotations',
    ],
  },
];
