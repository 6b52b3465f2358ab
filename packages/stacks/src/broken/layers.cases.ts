import type { Case } from './fixture.ts';

export const layersCases: Case[] = [
  {
    title: 'a map over a list',
    edits: {
      'environments/production/services/user-service/components/api/microservice.yaml': {
        copyOf: 'environments/production/services/user-service/components/api/infra.yaml',
        edits: [
          ['infra.deployer.io', 'components.deployer.io'],
          ['ComponentInfra', 'MicroService'],
          [
            '  resources:\n    cpu: 1024\n    memory: 2048\n  scaling:\n    replicas: 5\n    autoscaling:\n      enabled: true\n      minReplicas: 5\n      maxReplicas: 50\n',
            '  ports:\n    http: 8080\n',
          ],
        ],
      },
    },
    environment: 'production',
    errors: [
      "merge_conflict environments/production/services/user-service/components/api/microservice.yaml:12:5 merging layers: a map can't replace a list, which services/user-service/components/api/microservice.yaml:16:5 gives; remove one of them",
    ],
  },
  {
    title: 'a map over a single value',
    edits: {
      'environments/production/services/user-service/components/database/rds.yaml': [
        ['class: db.r6g.xlarge', 'class:\n      name: db.r6g.xlarge'],
      ],
    },
    environment: 'production',
    errors: [
      "merge_conflict environments/production/services/user-service/components/database/rds.yaml:13:7 merging layers: a map can't replace a single value, which infra/defaults.yaml:19:18 gives; remove one of them",
    ],
  },
  {
    title: 'a misspelt field of the network',
    edits: { 'infra/networking.yaml': [['cidrBlock', 'cidrBlok']] },
    errors: [
      'unknown_field infra/networking.yaml:11:5 spec.vpc.cidrBlok is not a known field; did you mean cidrBlock?',
    ],
  },
  {
    title: 'a field that no network has',
    edits: { 'infra/networking.yaml': [['natGateway:', 'bastion:']] },
    errors: [
      'unknown_field infra/networking.yaml:13:3 spec.bastion is not a known field; known here: vpc, availabilityZones, natGateway, infra, kinds',
    ],
  },
  {
    title: 'a network that neither exists nor is made',
    edits: {
      'infra/networking.yaml': [['    create: true\n    cidrBlock: 10.20.0.0/16\n', '    create: false\n']],
    },
    errors: ['missing_field infra/networking.yaml:10:5 spec.vpc.id is missing; add it'],
  },
  {
    title: 'the overlay of a misspelt component',
    edits: {
      'environments/production/services/user-service/components/databse/rds.yaml': {
        copyOf: 'environments/production/services/user-service/components/database/rds.yaml',
      },
    },
    environment: 'production',
    errors: [
      'overlay_without_target environments/production/services/user-service/components/databse/rds.yaml:1:1 component user-service/databse does not exist in the stack; did you mean database?',
    ],
  },
  {
    title: 'the overlay of a misspelt service',
    edits: {
      'environments/production/services/user-servce/components/database/rds.yaml': {
        copyOf: 'environments/production/services/user-service/components/database/rds.yaml',
      },
    },
    environment: 'production',
    errors: [
      'overlay_without_target environments/production/services/user-servce/components/database/rds.yaml:1:1 service user-servce does not exist in the stack; did you mean user-service?',
    ],
  },
  {
    title: 'a misspelt template: what it would give is not missing',
    edits: {
      'services/user-service/components/api/microservice.yaml': [
        ['template: http-service', 'template: http-servce'],
      ],
    },
    errors: [
      'unknown_template services/user-service/components/api/microservice.yaml:8:13 template http-servce is not in templates/; did you mean http-service?',
    ],
  },
  {
    title: 'a misspelt environment',
    environment: 'develop',
    errors: [
      'unknown_environment stack.yaml:1:1 stack user-platform has no environment develop; did you mean development?',
    ],
  },
  {
    title: 'a misspelt environment in the order of promotion',
    edits: { 'stack.yaml': [['  provider:', '  promotion: [development, stagin]\n  provider:']] },
    errors: ['unknown_environment stack.yaml:12:28 environment stagin does not exist; did you mean staging?'],
  },
  {
    title: 'a misspelt environment with an approval',
    edits: {
      'stack.yaml': [
        [
          '  provider:',
          '  approval:\n    environments:\n      prodction:\n        required: true\n  provider:',
        ],
      ],
    },
    errors: [
      'unknown_environment stack.yaml:14:7 environment prodction does not exist; did you mean production?',
    ],
  },
  {
    title: 'a misspelt config file',
    edits: { 'services/user-service/components/api/microservice.yaml': [['- app.yaml', '- ap.yaml']] },
    errors: [
      'missing_file services/user-service/components/api/microservice.yaml:43:9 ap.yaml does not exist in services/user-service/components/api/configs; did you mean app.yaml?',
    ],
  },
  {
    title: 'a config file outside of configs/',
    edits: { 'services/user-service/components/api/microservice.yaml': [['- app.yaml', '- ../infra.yaml']] },
    errors: [
      'missing_file services/user-service/components/api/microservice.yaml:43:9 ../infra.yaml does not exist in services/user-service/components/api/configs',
    ],
  },
  {
    title: 'a layer that service.yaml names: what it would give is not missing',
    edits: { 'services/user-service/service.yaml': [['./infra/defaults.yaml', './infra/default.yaml']] },
    errors: [
      'missing_file services/user-service/service.yaml:16:15 ./infra/default.yaml does not exist (looked for services/user-service/infra/default.yaml); did you mean services/user-service/infra/defaults.yaml?',
    ],
  },
  {
    title: 'a layer that stack.yaml names',
    edits: { 'stack.yaml': [['./infra/security.yaml', './infra/secure.yaml']] },
    errors: [
      'missing_file stack.yaml:18:15 ./infra/secure.yaml does not exist (looked for infra/secure.yaml); did you mean infra/security.yaml?',
    ],
  },
];
