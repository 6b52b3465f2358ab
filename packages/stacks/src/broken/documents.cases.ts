import type { Case } from './fixture.ts';

export const documentsCases: Case[] = [
  {
    title: 'a list in the place of a document',
    edits: { 'services/user-service/components/worker/worker.yaml': '- kind: Worker\n' },
    errors: [
      'wrong_type services/user-service/components/worker/worker.yaml:1:1 the document must be a map, but is a list',
    ],
  },
  {
    title: 'a list that is not closed',
    edits: {
      'services/user-service/components/database/rds.yaml': [['    allocatedGB: 50', '   allocatedGB: [50']],
    },
    errors: [
      'yaml_syntax services/user-service/components/database/rds.yaml:16:3 reading YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  },
  {
    title: 'a tab as indentation, of which other components know nothing',
    edits: {
      'services/user-service/components/database/rds.yaml': [['    version: "15.4"', '\tversion: "15.4"']],
    },
    errors: [
      'yaml_syntax services/user-service/components/database/rds.yaml:12:1 reading YAML: Tabs are not allowed as indentation',
    ],
  },
  {
    title: 'a syntax error in defaults does not make their fields missing',
    edits: { 'infra/defaults.yaml': [['spec:', 'spec: [']] },
    errors: [
      'yaml_syntax infra/defaults.yaml:11:12 reading YAML: Nested mappings are not allowed in compact mappings',
    ],
  },
  {
    title: 'a syntax error in stack.yaml does not make its variables undefined',
    edits: { 'stack.yaml': [['spec:', 'spec: "']] },
    errors: ['yaml_syntax stack.yaml:23:14 reading YAML: Unexpected scalar at node end'],
  },
  {
    title: 'a syntax error in service.yaml does not make its variables undefined',
    edits: { 'services/notification-service/service.yaml': [['spec:', 'spec: "']] },
    errors: [
      'yaml_syntax services/notification-service/service.yaml:13:12 reading YAML: Unexpected scalar at node end',
    ],
  },
  {
    title: 'a syntax error in a template is one error, though two components use it',
    edits: { 'templates/http-service.yaml': [['spec:', 'spec: "']] },
    errors: [
      'yaml_syntax templates/http-service.yaml:7:7 reading YAML: Nested mappings are not allowed in compact mappings',
    ],
  },
  {
    title: "a syntax error in an environment's file",
    edits: {
      'environments/production/services/user-service/components/database/rds.yaml': [['spec:', 'spec: "']],
    },
    environment: 'production',
    errors: [
      'yaml_syntax environments/production/services/user-service/components/database/rds.yaml:16:1 reading YAML: Missing closing "quote',
    ],
  },
  {
    title: 'an alias without an anchor',
    edits: {
      'services/user-service/components/database/rds.yaml': [['version: "15.4"', 'version: *latest']],
    },
    errors: [
      'yaml_syntax services/user-service/components/database/rds.yaml:12:14 reading YAML: no anchor &latest is above in this document',
    ],
  },
  {
    title: 'a tag',
    edits: {
      'services/user-service/components/database/rds.yaml': [['version: "15.4"', 'version: !env VERSION']],
    },
    errors: [
      'yaml_syntax services/user-service/components/database/rds.yaml:12:14 reading YAML: Unresolved tag: !env',
    ],
  },
  {
    title: 'a repeated key; the first counts',
    edits: {
      'services/user-service/components/database/rds.yaml': [
        ['    version: "15.4"', '    version: "15.4"\n    version: 16'],
      ],
    },
    errors: [
      'duplicate_key services/user-service/components/database/rds.yaml:13:5 the map already has the key version; remove one of them',
    ],
  },
  {
    title: 'a repeated key after an empty one',
    edits: {
      'services/user-service/components/api/infra.yaml': [['spec:', 'spec:\nkind: ComponentInfra\nspec:']],
    },
    errors: [
      'duplicate_key services/user-service/components/api/infra.yaml:10:1 the map already has the key kind; remove one of them',
      'duplicate_key services/user-service/components/api/infra.yaml:11:1 the map already has the key spec; remove one of them',
    ],
  },
  {
    title: 'a repeated name in a list',
    edits: { 'services/user-service/components/worker/worker.yaml': [['name: BUCKET', 'name: QUEUE_URL']] },
    errors: [
      'duplicate_key services/user-service/components/worker/worker.yaml:18:13 the list already has an item named QUEUE_URL; rename or remove one of them',
    ],
  },
  {
    title: 'an unknown version',
    edits: {
      'services/user-service/components/database/rds.yaml': [
        ['components.deployer.io/v1', 'components.deployer.io/v2'],
      ],
    },
    errors: [
      'unknown_api_version services/user-service/components/database/rds.yaml:1:13 apiVersion components.deployer.io/v2 does not fit; RDS has components.deployer.io/v1',
    ],
  },
  {
    title: 'the version of another group',
    edits: {
      'services/user-service/components/database/rds.yaml': [
        ['components.deployer.io/v1', 'infra.deployer.io/v1'],
      ],
    },
    errors: [
      'unknown_api_version services/user-service/components/database/rds.yaml:1:13 apiVersion infra.deployer.io/v1 does not fit; RDS has components.deployer.io/v1',
    ],
  },
  {
    title: 'a version of another product',
    edits: { 'stack.yaml': [['core.deployer.io/v1', 'core.example.io/v1']] },
    errors: [
      'unknown_api_version stack.yaml:1:13 apiVersion core.example.io/v1 does not fit; Stack has core.deployer.io/v1',
    ],
  },
  {
    title: 'a misspelt kind: references to it and its overlays are no errors',
    edits: { 'services/user-service/components/database/rds.yaml': [['kind: RDS', 'kind: RSD']] },
    environment: 'production',
    errors: [
      'unknown_kind services/user-service/components/database/rds.yaml:2:7 kind RSD does not exist; did you mean RDS?',
    ],
  },
  {
    title: 'a kind in the wrong case',
    edits: {
      'services/user-service/components/api/microservice.yaml': [
        ['kind: MicroService', 'kind: Microservice'],
      ],
    },
    errors: [
      'unknown_kind services/user-service/components/api/microservice.yaml:2:7 kind Microservice does not exist; did you mean MicroService?',
    ],
  },
  {
    title: 'a misspelt kind in defaults is taken for what it means',
    edits: { 'infra/defaults.yaml': [['    RDS:', '    RDDS:']] },
    errors: ['unknown_kind infra/defaults.yaml:16:5 kind RDDS does not exist; did you mean RDS?'],
  },
  {
    title: 'a Service where a Stack belongs',
    edits: { 'stack.yaml': [['kind: Stack', 'kind: Service']] },
    errors: ['wrong_kind stack.yaml:2:7 kind Service does not belong here; expected Stack'],
  },
  {
    title: 'a Service where a component belongs',
    edits: { 'services/user-service/components/database/rds.yaml': [['kind: RDS', 'kind: Service']] },
    errors: [
      'wrong_kind services/user-service/components/database/rds.yaml:2:7 kind Service does not belong here; expected a kind of component or ComponentInfra',
    ],
  },
  {
    title: 'another document in infra.yaml',
    edits: {
      'services/user-service/components/api/infra.yaml': [['kind: ComponentInfra', 'kind: InfraDefaults']],
    },
    errors: [
      'wrong_kind services/user-service/components/api/infra.yaml:2:7 kind InfraDefaults does not belong here; expected ComponentInfra',
    ],
  },
  {
    title: 'another kind of layer',
    edits: { 'infra/networking.yaml': [['kind: Networking', 'kind: Security']] },
    errors: ['wrong_kind infra/networking.yaml:2:7 kind Security does not belong here; expected Networking'],
  },
  {
    title: 'an own kind without a schema',
    edits: {
      'kinds/Ticket/kind.yaml':
        'apiVersion: kinds.deployer.io/v1\nkind: Kind\nmetadata: {name: Ticket}\nspec: {group: other}\n',
    },
    errors: ['invalid_kind kinds/Ticket/schema.json:1:1 the file is missing'],
  },
  {
    title: 'an own kind with the name of one of the engine',
    edits: { 'kinds/MemoryDB/kind.yaml': '' },
    errors: [
      'invalid_kind kinds/MemoryDB/kind.yaml:1:1 the engine has a kind MemoryDB; give your own another name',
    ],
  },
  {
    title: 'the foundation as a component',
    edits: { 'services/user-service/components/database/rds.yaml': [['kind: RDS', 'kind: Foundation']] },
    errors: [
      'wrong_kind services/user-service/components/database/rds.yaml:2:7 kind Foundation does not belong here; expected a kind of component or ComponentInfra',
    ],
  },
  {
    title: 'an overlay of another kind is not merged',
    edits: {
      'environments/production/services/user-service/components/database/rds.yaml': [
        ['kind: RDS', 'kind: DynamoDB'],
      ],
    },
    environment: 'production',
    errors: [
      "wrong_kind environments/production/services/user-service/components/database/rds.yaml:2:7 kind DynamoDB can't overlay kind RDS of services/user-service/components/database/rds.yaml",
    ],
  },
  {
    title: 'a template of another kind',
    edits: {
      'services/user-service/components/worker/worker.yaml': [
        ['stack: user-platform', 'stack: user-platform\n  template: http-service'],
      ],
    },
    errors: [
      'wrong_kind services/user-service/components/worker/worker.yaml:8:13 template http-service is for kind MicroService, but this component is of kind Worker',
    ],
  },
  {
    title: "a component directly in the service's folder",
    edits: {
      'services/user-service/jobs.yaml': { copyOf: 'services/user-service/components/events/sqs.yaml' },
    },
    errors: [
      'wrong_kind services/user-service/jobs.yaml:2:7 kind SQS does not belong in the folder of a service; move it to components/<component>/',
    ],
  },
  {
    title: 'a second document in stack.yaml',
    edits: {
      'stack.yaml': [
        [
          '    DOMAIN: "${ENVIRONMENT}.company.com"\n',
          '    DOMAIN: "${ENVIRONMENT}.company.com"\n---\nkind: Service\n',
        ],
      ],
    },
    errors: [
      'wrong_kind stack.yaml:25:7 this file must have one document, of kind Stack; move it to a file of its own',
    ],
  },
];
