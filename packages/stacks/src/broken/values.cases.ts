import type { Case } from './fixture.ts';

export const valuesCases: Case[] = [
  {
    title: 'a text for a number',
    edits: { 'services/user-service/components/api/microservice.yaml': [['port: 8080', 'port: http']] },
    errors: [
      'wrong_type services/user-service/components/api/microservice.yaml:17:13 spec.ports[http].port must be a whole number, but is the text "http"',
    ],
  },
  {
    title: 'a number for a text',
    edits: { 'services/user-service/components/database/rds.yaml': [['version: "15.4"', 'version: 15.40']] },
    errors: [
      'wrong_type services/user-service/components/database/rds.yaml:12:14 spec.engine.version must be a text, but is 15.40; put it in quotes: "15.40"',
    ],
  },
  {
    title: 'a text for a map',
    edits: {
      'services/user-service/components/worker/worker.yaml': [
        ['      valueFrom:\n        component: events\n        output: url', '      valueFrom: events.url'],
      ],
    },
    errors: [
      'wrong_type services/user-service/components/worker/worker.yaml:15:18 spec.environment[QUEUE_URL].valueFrom must be a map, but is the text "events.url"',
    ],
  },
  {
    title: 'a text for a list',
    edits: {
      'services/user-service/components/api/microservice.yaml': [
        [
          'dependsOn:\n    - user-service/database\n    - user-service/cache',
          'dependsOn: user-service/database',
        ],
      ],
    },
    errors: [
      'wrong_type services/user-service/components/api/microservice.yaml:45:14 spec.dependsOn must be a list, but is the text "user-service/database"',
    ],
  },
  {
    title: 'a list for a map',
    edits: {
      'services/auth-service/components/authorizer/lambda.yaml': [
        [
          '  environment:\n    LOG_LEVEL: "${LOG_LEVEL}"\n    SESSIONS_TABLE:\n      valueFrom:\n        component: auth-service/sessions\n        output: tableName\n    USER_SERVICE_URL:\n      valueFrom:\n        component: user-service/api\n        output: url\n',
          '  environment:\n    - name: A\n      value: b\n',
        ],
      ],
    },
    errors: [
      'wrong_type services/auth-service/components/authorizer/lambda.yaml:18:5 spec.environment must be a map, but is a list',
    ],
  },
  {
    title: 'a word for true',
    edits: {
      'services/user-service/components/database/rds.yaml': [
        ['  instance:\n', '  instance:\n    multiAZ: yes\n'],
      ],
    },
    errors: [
      'wrong_type services/user-service/components/database/rds.yaml:14:14 spec.instance.multiAZ must be true or false, but is the text "yes"; write true',
    ],
  },
  {
    title: 'units of another product',
    edits: {
      'infra/defaults.yaml': [
        ['cpu: 256', 'cpu: 256m'],
        ['memory: 512', 'memory: 1Gi'],
      ],
    },
    errors: [
      'wrong_type infra/defaults.yaml:11:12 infra.resources.cpu must be a whole number, but is the text "256m"; write 256',
      'wrong_type infra/defaults.yaml:12:15 infra.resources.memory must be a whole number, but is the text "1Gi"; write 1024',
    ],
  },
  {
    title: 'a number as a label',
    edits: { 'stack.yaml': [['cc-1041', '1041']] },
    errors: [
      'wrong_type stack.yaml:9:17 metadata.labels.costCenter must be a text, but is 1041; put it in quotes: "1041"',
    ],
  },
  {
    title: 'a variable that gives no number is shown as the file has it',
    edits: {
      'services/user-service/components/cache/elasticache.yaml': [
        ['numNodes: 2', 'numNodes: "${NODES:-two}"'],
      ],
    },
    errors: [
      'wrong_type services/user-service/components/cache/elasticache.yaml:15:15 spec.cluster.numNodes must be a whole number, but is the text "${NODES:-two}"',
    ],
  },
  {
    title: 'a port',
    edits: { 'services/user-service/components/api/microservice.yaml': [['port: 8080', 'port: 80800']] },
    errors: [
      'out_of_range services/user-service/components/api/microservice.yaml:17:13 spec.ports[http].port must be 1 to 65535, but is 80800',
    ],
  },
  {
    title: 'a value in an overlay of a kind',
    edits: { 'environments/production/infra/defaults.yaml': [['retentionDays: 30', 'retentionDays: 60']] },
    environment: 'production',
    errors: [
      'out_of_range environments/production/infra/defaults.yaml:19:26 spec.backup.retentionDays must be 1 to 35, but is 60',
    ],
  },
  {
    title: 'a value in defaults that every component replaces',
    edits: { 'infra/defaults.yaml': [['cpu: 256', 'cpu: 64']] },
    environment: 'production',
    errors: ['out_of_range infra/defaults.yaml:11:12 infra.resources.cpu must be 128 to 16384, but is 64'],
  },
  {
    title: 'fewest replicas above most',
    edits: {
      'environments/production/services/user-service/components/api/infra.yaml': [
        ['maxReplicas: 50', 'maxReplicas: 4'],
      ],
    },
    environment: 'production',
    errors: [
      'out_of_range environments/production/services/user-service/components/api/infra.yaml:18:20 infra.scaling.autoscaling.minReplicas 5 is more than maxReplicas 4; lower it',
    ],
  },
  {
    title: 'replicas outside of the bounds',
    edits: {
      'environments/production/services/user-service/components/api/infra.yaml': [
        ['replicas: 5', 'replicas: 3'],
      ],
    },
    environment: 'production',
    errors: [
      'out_of_range environments/production/services/user-service/components/api/infra.yaml:15:15 infra.scaling.replicas is 3, outside of infra.scaling.autoscaling, which is 5 to 50',
    ],
  },
  {
    title: 'storage that would shrink',
    edits: {
      'services/user-service/components/database/rds.yaml': [
        ['allocatedGB: 50', 'allocatedGB: 50\n      maxAllocatedGB: 40'],
      ],
    },
    errors: [
      'out_of_range services/user-service/components/database/rds.yaml:16:23 spec.instance.storage.maxAllocatedGB is 40, less than allocatedGB, which is 50',
    ],
  },
  {
    title: 'a near word',
    edits: { 'services/user-service/components/database/rds.yaml': [['type: postgres', 'type: postgresql']] },
    errors: [
      'not_allowed_value services/user-service/components/database/rds.yaml:11:11 spec.engine.type must be one of postgres, mysql, mariadb, aurora-postgresql, aurora-mysql, but is the text "postgresql"; did you mean postgres?',
    ],
  },
  {
    title: 'the only allowed value',
    edits: {
      'services/user-service/components/uploads/s3.yaml': [
        ['spec:', 'spec:\n  bucket:\n    acl: public-read'],
      ],
    },
    errors: [
      'not_allowed_value services/user-service/components/uploads/s3.yaml:11:10 spec.bucket.acl must be one of private, but is the text "public-read"',
    ],
  },
  {
    title: 'memory that Fargate does not have for the CPU',
    edits: {
      'environments/production/services/user-service/components/api/infra.yaml': [
        ['memory: 2048', 'memory: 512'],
      ],
    },
    environment: 'production',
    errors: [
      'not_allowed_value environments/production/services/user-service/components/api/infra.yaml:13:13 infra.resources.memory is 512; for cpu 1024 (environments/production/services/user-service/components/api/infra.yaml:12:10) Fargate offers 2048 to 8192 in steps of 1024',
    ],
  },
  {
    title: 'CPU that Fargate does not have',
    edits: { 'infra/defaults.yaml': [['cpu: 256', 'cpu: 300']] },
    errors: [
      'not_allowed_value infra/defaults.yaml:11:12 infra.resources.cpu is 300; Fargate offers 256, 512, 1024, 2048, 4096, 8192, 16384',
    ],
  },
  {
    title: 'value and valueFrom in one file',
    edits: {
      'services/user-service/components/api/microservice.yaml': [
        ['value: "${LOG_LEVEL}"', 'value: "${LOG_LEVEL}"\n      valueFrom: {component: events, output: url}'],
      ],
    },
    errors: [
      'not_allowed_value services/user-service/components/api/microservice.yaml:22:18 spec.environment[LOG_LEVEL] has value and valueFrom; remove one of them',
    ],
  },
  {
    title: 'the same region twice',
    edits: {
      'services/user-service/components/events/sqs.yaml': [
        ['stack: user-platform', 'stack: user-platform\n  regions: [eu-west-1, eu-west-1]'],
      ],
    },
    errors: [
      'not_allowed_value services/user-service/components/events/sqs.yaml:8:24 metadata.regions has the text "eu-west-1" more than once; remove one',
    ],
  },
];
