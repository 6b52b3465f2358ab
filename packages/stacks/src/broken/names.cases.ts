import type { Case } from './fixture.ts';

export const namesCases: Case[] = [
  {
    title: 'a name with other characters',
    edits: { 'services/user-service/components/database/rds.yaml': [['name: database', 'name: Data_Base']] },
    errors: [
      'invalid_name services/user-service/components/database/rds.yaml:5:9 metadata.name Data_Base is not allowed; use lower-case letters, digits and hyphens, with a letter first',
    ],
  },
  {
    title: 'a variable with other characters',
    edits: { 'stack.yaml': [['LOG_LEVEL: info', 'LOG_LEVEL: info\n    log-level: info']] },
    errors: [
      'invalid_name stack.yaml:23:5 variable log-level is not allowed; use letters, digits and underscores, with no digit first',
    ],
  },
  {
    title: "another name than the folder's",
    edits: { 'services/user-service/components/database/rds.yaml': [['name: database', 'name: db']] },
    errors: [
      'name_mismatch services/user-service/components/database/rds.yaml:5:9 metadata.name is db, but the path says database; rename one of them',
    ],
  },
  {
    title: "another service than the folder's",
    edits: {
      'services/user-service/components/database/rds.yaml': [
        ['service: user-service', 'service: auth-service'],
      ],
    },
    errors: [
      'name_mismatch services/user-service/components/database/rds.yaml:6:12 metadata.service is auth-service, but the path says user-service; rename one of them',
    ],
  },
  {
    title: "another stack than the folder's",
    edits: {
      'services/user-service/components/database/rds.yaml': [
        ['stack: user-platform', 'stack: user-plattform'],
      ],
    },
    errors: [
      'name_mismatch services/user-service/components/database/rds.yaml:7:10 metadata.stack is user-plattform, but the path says user-platform; rename one of them',
    ],
  },
  {
    title: "another environment than the folder's",
    edits: {
      'environments/production/infra/defaults.yaml': [['environment: production', 'environment: staging']],
    },
    environment: 'production',
    errors: [
      'name_mismatch environments/production/infra/defaults.yaml:7:16 metadata.environment is staging, but the path says production; rename one of them',
    ],
  },
  {
    title: 'a second file with a component',
    edits: {
      'services/user-service/components/database/zone.yaml': {
        copyOf: 'services/user-service/components/cache/elasticache.yaml',
      },
    },
    errors: [
      'duplicate_component services/user-service/components/database/zone.yaml:1:1 component database is already in services/user-service/components/database/rds.yaml; move this one to a folder of its own',
    ],
  },
  {
    title: 'a second document with a component',
    edits: {
      'services/user-service/components/cache/elasticache.yaml': [
        ['    numNodes: 2\n', '    numNodes: 2\n---\nkind: SQS\n'],
      ],
    },
    errors: [
      'duplicate_component services/user-service/components/cache/elasticache.yaml:17:1 component cache is already in services/user-service/components/cache/elasticache.yaml; move this one to a folder of its own',
    ],
  },
  {
    title: 'no stack.yaml',
    edits: { 'stack.yaml': null },
    errors: ['missing_stack stack.yaml:1:1 stack user-platform has no stack.yaml; add one of kind Stack'],
  },
  {
    title: 'no service.yaml',
    edits: { 'services/notification-service/service.yaml': null },
    errors: [
      'missing_service services/notification-service/service.yaml:1:1 service notification-service has no service.yaml; add one of kind Service',
    ],
  },
  {
    title: 'only infra.yaml in the folder of a component that others name',
    edits: { 'services/user-service/components/api/microservice.yaml': null },
    errors: [
      'missing_component services/user-service/components/api/infra.yaml:1:1 no file says what component api is; add a file with its kind, for example services/user-service/components/api/api.yaml',
    ],
  },
  {
    title: 'an empty file of a component, beside its infra.yaml',
    edits: { 'services/user-service/components/api/microservice.yaml': '# nothing yet\n' },
    errors: [
      'missing_component services/user-service/components/api/microservice.yaml:1:1 the file is empty; write what component api is: apiVersion components.deployer.io/v1, a kind such as MicroService, metadata.name api, and spec',
    ],
  },
  {
    title: 'an empty file',
    edits: { 'services/user-service/service.yaml': '# nothing yet\n' },
    errors: [
      'missing_field services/user-service/service.yaml:1:1 the file is empty; it must be a document of kind Service',
    ],
  },
];
