import { asRecord, readPlanExpression } from '@deployment-engine/terraform-code';
import { expectCompanion } from '../companions.ts';
import type { PlanModel, PlannedResource } from '../plan-model.ts';
import type { PlannedValue } from '../planned-value.ts';
import { type References, type ResourceReference, referencesOf } from '../references.ts';
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
/** Names of arguments that refer to a secret or describe it. */
const pointerName =
  /(ARN|NAME|ID|PATH|FILE|URL|URI|PARAM|PARAMETER|PREFIX|TTL|EXPIRY|LENGTH|ENABLED|TYPE|VERSION)$/i;
const pointerValue = /^(arn:|\{\{resolve:|ssm:|vault:)/;
const secretText =
  /AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|(secret|password|passwd|token|api_?key|access_?key)[a-z_]{0,32}["']?\s{0,8}[=:]\s{0,8}["']?[^\s"'$]{6}/i;

const maxBlockDepth = 8;

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
      expectCompanion(
        plan,
        secret,
        'aws_secretsmanager_secret_rotation',
        'secret_id',
        'the secret is never rotated',
      ),
  },
];

/** Finds secret arguments, including those in nested blocks, whose value is in the code. */
function checkArguments(resource: PlannedResource, plan: PlanModel): Violation[] {
  const found: Violation[] = [];
  const walk = (block: PlannedValue, depth: number) => {
    const read = readPlanExpression(block.expression);
    if (read?.kind !== 'block') return;
    for (const [name, expression] of Object.entries(read.arguments)) {
      const argument = block.get(name);
      if (secretArguments.has(name) && !Array.isArray(expression))
        found.push(...checkSecret(name, argument, resource, plan));
      else if (depth < maxBlockDepth && Array.isArray(expression))
        for (const inner of argument.blocks) walk(inner, depth + 1);
    }
  };
  walk(resource.attributes, 0);
  return found;
}

function checkSecret(
  name: string,
  { expression, value }: PlannedValue,
  resource: PlannedResource,
  plan: PlanModel,
): Violation[] {
  const message = `${name} is written in the code`;
  const read = readPlanExpression(expression);
  if (read?.kind === 'value' && read.constant !== undefined)
    return violationIf(read.constant !== null && read.constant !== '', message);
  if (typeof value !== 'string' || value === '') return [];
  const references = referencesOf(plan, resource, expression);
  const isIn = (text: string) => text !== '' && value.includes(text);
  if (literalsOf(references, plan).some(isIn)) return violationIf(true, message);
  if (references.resources.some((reference) => exists(plan, reference))) return [];
  if (givenTo(references, plan).some(isIn)) return [];
  const { variables, localsOf, resources } = references;
  const isPlain = variables.length + localsOf.length + resources.length === 0;
  return isPlain
    ? violationIf(true, message)
    : [{ message: `nothing tells where the value of ${name} comes from; look at it`, review: true }];
}

/** Data sources read before the plan are not among its changes. */
function exists(plan: PlanModel, { modulePath, address }: ResourceReference): boolean {
  return address.startsWith('data.') || plan.addresses.has(`${modulePath} ${address}`);
}

/** Returns an expression's possible texts: passed to a module, iterated over, or a variable's default. */
function literalsOf({ constants, variables, byInstanceKey, byInstanceValue }: References, plan: PlanModel) {
  const defaults = variables.map(({ modulePath, name }) => {
    const byDefault = plan.modules.get(modulePath)?.variables[name]?.default;
    const given = modulePath === '' && Object.hasOwn(plan.variables, name) ? plan.variables[name] : byDefault;
    return JSON.stringify(given) === JSON.stringify(byDefault) ? byDefault : undefined;
  });
  const written = byInstanceKey && !byInstanceValue ? [] : constants;
  return [...written, ...defaults].flatMap(textsIn);
}

/** Returns texts in the values that the caller gave to the variables. */
function givenTo({ variables }: References, plan: PlanModel): string[] {
  return variables
    .filter(({ modulePath, name }) => modulePath === '' && Object.hasOwn(plan.variables, name))
    .flatMap(({ name }) => textsIn(plan.variables[name]));
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Checks user data in the code: the plan contains only its digest. */
function checkUserData(resource: PlannedResource, plan: PlanModel): Violation[] {
  const texts = ['user_data', 'user_data_base64'].flatMap((name) => {
    const expression = resource.configuration.expressions?.[name];
    return [
      ...literalsOf(referencesOf(plan, resource, expression), plan),
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
    if (containers === 'pending') return review('container_definitions');
    for (const container of containers)
      for (const entry of Array.isArray(container.environment) ? container.environment : [])
        environment.push([textOf(asRecord(entry).name), asRecord(entry).value]);
  }
  if (type === 'aws_lambda_function') {
    const variables = attributes.get('environment').first.get('variables');
    if (variables.isPending) return review('the environment');
    environment.push(...Object.entries(asRecord(variables.value)));
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
