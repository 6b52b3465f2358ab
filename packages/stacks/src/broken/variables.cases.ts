import type { Case } from './fixture.ts';

export const variablesCases: Case[] = [
  {
    title: 'without VERSION every text that needs it is an error',
    variables: {},
    errors: [
      'undefined_variable services/auth-service/components/authorizer/lambda.yaml:14:12 variable VERSION is not defined; give it with --var VERSION=… or under spec.variables',
      'undefined_variable services/notification-service/components/api/microservice.yaml:13:10 variable VERSION is not defined; give it with --var VERSION=… or under spec.variables',
      'undefined_variable services/user-service/components/api/microservice.yaml:13:10 variable VERSION is not defined; give it with --var VERSION=… or under spec.variables',
      'undefined_variable services/user-service/components/worker/worker.yaml:12:10 variable VERSION is not defined; give it with --var VERSION=… or under spec.variables',
    ],
  },
  {
    title: 'a misspelt variable',
    edits: { 'services/user-service/components/api/microservice.yaml': [['${REGISTRY}', '${REGISTY}']] },
    errors: [
      'undefined_variable services/user-service/components/api/microservice.yaml:12:17 variable REGISTY is not defined; give it with --var REGISTY=… or under spec.variables; did you mean REGISTRY?',
    ],
  },
  {
    title: 'two in one text',
    edits: {
      'services/user-service/components/api/microservice.yaml': [['${REGISTRY}/user-api', '${HOST}/${PATH}']],
    },
    errors: [
      'undefined_variable services/user-service/components/api/microservice.yaml:12:17 variable HOST is not defined; give it with --var HOST=… or under spec.variables',
      'undefined_variable services/user-service/components/api/microservice.yaml:12:17 variable PATH is not defined; give it with --var PATH=… or under spec.variables',
    ],
  },
  {
    title: 'in a config file, at the variable',
    edits: { 'services/user-service/components/api/configs/app.yaml': [['${LOG_LEVEL}', '${LOGLEVEL}']] },
    errors: [
      'undefined_variable services/user-service/components/api/configs/app.yaml:3:13 variable LOGLEVEL is not defined; give it with --var LOGLEVEL=… or under spec.variables; did you mean LOG_LEVEL?',
    ],
  },
  {
    title: 'in a variable, once and there, though components use it',
    edits: { 'stack.yaml': [['${ENVIRONMENT}', '${ENV}']] },
    errors: [
      'undefined_variable stack.yaml:23:13 variable ENV is not defined; give it with --var ENV=… or under spec.variables; did you mean ENVIRONMENT?',
    ],
  },
  {
    title: 'in defaults of many components, once',
    edits: { 'infra/observability.yaml': [['14', '${DAYS}']] },
    errors: [
      'undefined_variable infra/observability.yaml:10:23 variable DAYS is not defined; give it with --var DAYS=… or under spec.variables',
    ],
  },
  {
    title: 'an output is no variable',
    edits: {
      'services/user-service/components/api/microservice.yaml': [['${REGISTRY}', '${database.endpoint}']],
    },
    errors: [
      "undefined_variable services/user-service/components/api/microservice.yaml:12:17 ${database.endpoint} is not a variable; take another component's output with valueFrom",
    ],
  },
  {
    title: 'a brace that is not closed',
    edits: {
      'services/user-service/components/api/microservice.yaml': [
        ['${REGISTRY}/user-api', '"${REGISTRY/user-api"'],
      ],
    },
    errors: [
      'undefined_variable services/user-service/components/api/microservice.yaml:12:17 ${REGISTRY/user-api is not a variable; write ${NAME} or ${NAME:-default}, or $${ for a literal ${',
    ],
  },
  {
    title: 'a variable of the engine',
    edits: { 'stack.yaml': [['LOG_LEVEL: info', 'LOG_LEVEL: info\n    STACK: mine']] },
    errors: ['reserved_variable stack.yaml:23:5 variable STACK is set by the engine; use another name'],
  },
  {
    title: 'a variable of the engine from the caller',
    variables: { VERSION: '1', REGION: 'eu-west-1' },
    errors: ['reserved_variable --var:1:1 variable REGION is set by the engine; use another name'],
  },
  {
    title: 'two variables that use each other, though nothing uses them',
    edits: { 'stack.yaml': [['LOG_LEVEL: info', 'LOG_LEVEL: info\n    B: "${A}"\n    A: "x${B}"']] },
    errors: [
      'variable_cycle stack.yaml:24:8 variables use each other: A → B → A; give one of them a value of its own',
    ],
  },
  {
    title: 'over files, and what uses them is no error',
    edits: { 'stack.yaml': [['DOMAIN: "${ENVIRONMENT}.company.com"', 'DOMAIN: "${FROM}"']] },
    errors: [
      'variable_cycle stack.yaml:23:13 variables use each other: DOMAIN → FROM → DOMAIN; give one of them a value of its own',
    ],
  },
  {
    title: 'an overlay that uses what it replaces',
    edits: { 'environments/development/stack.yaml': [['LOG_LEVEL: debug', 'LOG_LEVEL: ${LOG_LEVEL}']] },
    errors: [
      'variable_cycle environments/development/stack.yaml:10:16 variables use each other: LOG_LEVEL → LOG_LEVEL; give one of them a value of its own',
    ],
  },
  {
    title: 'a misspelt block of variables: those below it are not undefined',
    edits: { 'services/notification-service/service.yaml': [['variables:', 'varables:']] },
    errors: [
      'unknown_field services/notification-service/service.yaml:12:3 spec.varables is not a known field; did you mean variables?',
    ],
  },
  {
    title: 'a block of variables in metadata',
    edits: {
      'services/user-service/service.yaml': [
        ['  variables:\n    PORT: "8080"\n', ''],
        ['  description', '  variables:\n    PORT: "8080"\n  description'],
      ],
    },
    errors: [
      'unknown_field services/user-service/service.yaml:7:3 metadata.variables is not a known field; known here: name, description, labels, annotations, stack',
    ],
  },
  {
    title: 'a list as a variable',
    edits: { 'stack.yaml': [['LOG_LEVEL: info', 'LOG_LEVEL: [info]']] },
    errors: [
      'wrong_type stack.yaml:22:16 spec.variables.LOG_LEVEL must be a text or a number or true or false, but is a list',
    ],
  },
];
