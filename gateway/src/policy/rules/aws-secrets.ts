import { asRecord } from '../plan-json.ts';
import type { PlanModel, PlannedResource } from '../plan-model.ts';
import { linkedTo, type References, referencesOf } from '../references.ts';
import { type PolicyRule, review, type Violation, violationIf } from '../rule.ts';
import { readContainers } from './aws-containers.ts';

const secretArguments = new Set([
  'password',
  'master_password',
  'master_user_password',
  'admin_user_password',
  'auth_token',
  'secret_string',
]);
const secretName = /PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIAL/i;
/** Names of what points to a secret, or describes it. */
const pointerName =
  /(ARN|NAME|ID|PATH|FILE|URL|URI|PARAM|PARAMETER|PREFIX|TTL|EXPIRY|LENGTH|ENABLED|TYPE|VERSION)$/i;
const pointerValue = /^(arn:|\{\{resolve:|ssm:|vault:)/;
const secretText =
  /AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|(secret|password|passwd|token|api_?key|access_?key)[a-z_]{0,32}["']?\s{0,8}[=:]\s{0,8}["']?[^\s"'$]{6}/i;

export const secretRules: PolicyRule[] = [
  {
    id: 'AWS-SEC-001',
    severity: 'critical',
    remediation: 'Use manage_master_user_password, password_wo, or valueFrom of Secrets Manager.',
    frameworks: { FSBP: ['ECS.8'], 'PCI DSS 4': ['3.5.1', '8.2.2', '8.3.2'] },
    types: ['aws_*'],
    check: (resource, plan) => [
      ...checkArguments(resource, plan),
      ...checkUserData(resource, plan),
      ...checkEnvironment(resource),
    ],
  },
  {
    id: 'AWS-SM-001',
    severity: 'low',
    remediation: 'Add an aws_secretsmanager_secret_rotation.',
    frameworks: {
      FSBP: ['SecretsManager.1'],
      HIPAA: ['164_308_a_4_ii_c'],
      'PCI DSS 4': ['3.5.1', '8.2.2', '8.3.10', '8.3.2'],
    },
    types: ['aws_secretsmanager_secret'],
    check: (secret, plan) =>
      violationIf(
        linkedTo(plan, secret, { aws_secretsmanager_secret_rotation: 'secret_id' }).length === 0,
        'the secret is never rotated',
      ),
  },
];

/** Secret arguments, those of nested blocks included, that the code itself holds. */
function checkArguments(resource: PlannedResource, plan: PlanModel): Violation[] {
  const found: Violation[] = [];
  const walk = (expressions: unknown, depth: number) => {
    if (depth > 8) return;
    if (Array.isArray(expressions)) for (const item of expressions) walk(item, depth + 1);
    else
      for (const [name, expression] of Object.entries(asRecord(expressions)))
        if (secretArguments.has(name) && !Array.isArray(expression))
          found.push(...checkSecret(name, resource, plan, expression));
        else walk(expression, depth + 1);
  };
  walk(resource.configuration.expressions, 0);
  return found;
}

function checkSecret(
  name: string,
  resource: PlannedResource,
  plan: PlanModel,
  expression: unknown,
): Violation[] {
  const references = referencesOf(plan, resource, expression);
  if (literals(references, plan).some((text) => text !== ''))
    return violationIf(true, `${name} is written in the code`);
  const onlyLocal =
    references.throughLocal && references.variables.length + references.resources.length === 0;
  const known = resource.attributes.get(name).value;
  return onlyLocal && typeof known === 'string' && known !== ''
    ? review(`where the value of ${name} comes from`)
    : [];
}

/** Constants an expression comes down to: written there, passed to a module, or the default of a variable in use. */
function literals({ constants, variables }: References, plan: PlanModel): string[] {
  const defaults = variables.map(({ modulePath, name }) => {
    const byDefault = asRecord(plan.modules.get(modulePath)?.variables[name]).default;
    const given = modulePath === '' && Object.hasOwn(plan.variables, name) ? plan.variables[name] : byDefault;
    return JSON.stringify(given) === JSON.stringify(byDefault) ? byDefault : undefined;
  });
  return [...constants, ...defaults].filter((value) => value !== null && value !== undefined).map(textOf);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** The plan holds only a digest of an instance's user data, so the code is what is looked at. */
function checkUserData(resource: PlannedResource, plan: PlanModel): Violation[] {
  const texts = ['user_data', 'user_data_base64'].flatMap((name) => {
    const expression = asRecord(asRecord(resource.configuration.expressions)[name]);
    return [
      ...literals(referencesOf(plan, resource, expression), plan),
      textOf(resource.attributes.get(name).value ?? ''),
    ];
  });
  const readable = texts.flatMap((text) => [text, Buffer.from(text, 'base64').toString('latin1')]);
  return violationIf(
    readable.some((text) => secretText.test(text)),
    'user data holds a secret',
  );
}

function checkEnvironment({ type, attributes }: PlannedResource): Violation[] {
  const environment: [string, unknown][] = [];
  if (type === 'aws_ecs_task_definition') {
    const containers = readContainers(attributes.get('container_definitions'));
    for (const container of containers === 'pending' ? [] : containers)
      for (const entry of Array.isArray(container.environment) ? container.environment : [])
        environment.push([textOf(asRecord(entry).name), asRecord(entry).value]);
  }
  if (type === 'aws_lambda_function') {
    const variables = attributes.get('environment').first.get('variables').value;
    environment.push(...Object.entries(asRecord(variables)));
  }
  const isSecret = ([name, value]: [string, unknown]) =>
    secretName.test(name) &&
    !pointerName.test(name) &&
    typeof value === 'string' &&
    value !== '' &&
    !pointerValue.test(value);
  return violationIf(
    environment.some(isSecret),
    'a variable of the environment holds a secret in plain text',
  );
}
