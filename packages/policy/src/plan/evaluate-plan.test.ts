import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { defaultPolicySettings, projectPolicySettingsSchema } from '@deployment-engine/contracts';
import {
  checkTerraformPlan,
  parseTerraformPlan,
  type TerraformPlan,
} from '@deployment-engine/terraform-code';
import { evaluatePlan } from './evaluate-plan.ts';
import { constant, planOf, type ResourceFixture, refersTo } from './plan-fixture.ts';
import { builtInRules } from './rules/index.ts';

const awsIds = builtInRules.map(({ id }) => id).filter((id) => id.startsWith('AWS-'));
const findingsOf = (plan: TerraformPlan, settings: object = {}) =>
  evaluatePlan(plan, projectPolicySettingsSchema.parse(settings)).findings;
const idsOf = (plan: TerraformPlan, settings: object = {}) => [
  ...new Set(findingsOf(plan, settings).map(({ id }) => id)),
];
const found = (plan: TerraformPlan, id: string) =>
  findingsOf(plan)
    .filter((finding) => finding.id === id)
    .map(({ address }) => address);
const policyCase = (name: string): TerraformPlan =>
  parseTerraformPlan(
    readFileSync(new URL(`../../../../testing/policy-cases/${name}/plan.json`, import.meta.url), 'utf8'),
  );

test('the bad configuration breaks exactly the 39 AWS rules', () => {
  expect(awsIds.length).toBe(39);
  expect(idsOf(policyCase('bad')).toSorted()).toStrictEqual(awsIds.toSorted());
});

test('the good configuration breaks none', () => {
  expect(findingsOf(policyCase('good'))).toStrictEqual([]);
});

test('every rule names its severity, what to do, and how to allow it', () => {
  expect(builtInRules.length).toBe(53);
  for (const finding of findingsOf(policyCase('bad'))) {
    assert.ok(finding.remediation.endsWith('.') && finding.message && finding.address);
    expect(finding.howToAllow).toMatch(new RegExp(finding.id));
  }
  const s3 = findingsOf(policyCase('bad')).find(({ id }) => id === 'AWS-S3-001');
  expect(s3?.frameworks['CIS AWS v5']).toStrictEqual(['2.1.4']);
});

test('no finding contains a secret of the plan', () => {
  assert.ok(!/plaintext|hunter22|wJalr/i.test(JSON.stringify(findingsOf(policyCase('bad')))));
});

test('profiles, modes and exemptions decide what a finding does', () => {
  const plan = policyCase('bad');
  const verdict = (settings: object) =>
    evaluatePlan(plan, projectPolicySettingsSchema.parse(settings)).verdict;
  expect(verdict({})).toBe('warn');
  expect(verdict({ profile: 'guarded' })).toBe('block');
  expect(verdict({ modes: { 'AWS-DDB-001': 'approve' } })).toBe('approve');
  expect(verdict({ modes: Object.fromEntries(awsIds.map((id) => [id, 'off'])) })).toBe('pass');
  const exemption = { id: 'AWS-EC2-001', address: 'aws_security_group.*', who: 'a', why: 'b' };
  const report = evaluatePlan(plan, projectPolicySettingsSchema.parse({ exemptions: [exemption] }));
  expect(report.allowed.map(({ address }) => address)).toStrictEqual(['aws_security_group.sg']);
});

const bucket: ResourceFixture = { address: 'module.a["x"].aws_s3_bucket.b', after: {} };
const accessBlock = (address: string, references: string[]): ResourceFixture => ({
  address,
  expressions: { bucket: refersTo(...references) },
});

test('a public access block is found through outputs and variables of modules', () => {
  const outputs = { id: { expression: refersTo('aws_s3_bucket.b.id', 'aws_s3_bucket.b') } };
  const configuration = {
    module_calls: {
      a: { module: { outputs } },
      c: { expressions: { bucket_id: refersTo('module.a["x"].id', 'module.a["x"]') }, module: {} },
    },
  };
  const outside = accessBlock('aws_s3_bucket_public_access_block.p', [
    'module.a["x"].id',
    'module.a["x"]',
    'module.a',
  ]);
  const inSibling = accessBlock('module.c.aws_s3_bucket_public_access_block.p', ['var.bucket_id']);
  expect(found(planOf([bucket]), 'AWS-S3-002')).toStrictEqual(['module.a["x"].aws_s3_bucket.b']);
  expect(found(planOf([bucket, outside], { configuration }), 'AWS-S3-002')).toStrictEqual([]);
  expect(found(planOf([bucket, inSibling], { configuration }), 'AWS-S3-002')).toStrictEqual([]);
});

test('an access block of one instance does not cover the others', () => {
  const buckets = [0, 1].map((index) => ({ address: `aws_s3_bucket.b[${index}]` }));
  const first = accessBlock('aws_s3_bucket_public_access_block.p', [
    'aws_s3_bucket.b[0].id',
    'aws_s3_bucket.b[0]',
    'aws_s3_bucket.b',
  ]);
  const each = [0, 1].map((index) =>
    accessBlock(`aws_s3_bucket_public_access_block.p[${index}]`, ['aws_s3_bucket.b', 'count.index']),
  );
  expect(found(planOf([...buckets, first]), 'AWS-S3-002')).toStrictEqual(['aws_s3_bucket.b[1]']);
  expect(found(planOf([...buckets, ...each]), 'AWS-S3-002')).toStrictEqual([]);
});

test('an access block that loops over the buckets covers them', () => {
  const buckets = ['a', 'b'].map((key) => ({ address: `aws_s3_bucket.b["${key}"]` }));
  const blocks = ['a', 'b'].map((key) => ({
    ...accessBlock(`aws_s3_bucket_public_access_block.p["${key}"]`, ['each.value.id', 'each.value']),
    configuration: { for_each_expression: refersTo('aws_s3_bucket.b') },
  }));
  expect(found(planOf([...buckets, ...blocks]), 'AWS-S3-002')).toStrictEqual([]);
});

test('an access block with the literal name of the bucket covers it', () => {
  const named = { address: 'aws_s3_bucket.b', after: { bucket: 'n' } };
  const block = { address: 'aws_s3_bucket_public_access_block.p', after: { bucket: 'n' } };
  expect(found(planOf([named, block]), 'AWS-S3-002')).toStrictEqual([]);
});

const database = (
  password: object,
  address = 'aws_db_instance.d',
  known: string | null = 'hunter22',
): ResourceFixture => ({
  address,
  after: { password: known },
  expressions: { password },
});
const moduleCall = (expressions: object, variables: object = { pw: {} }) => ({
  module_calls: { m: { expressions, module: { variables } } },
});
const secretCases: [string, TerraformPlan, boolean][] = [
  ['a literal', planOf([database(constant('hunter22'))]), true],
  ['an empty literal', planOf([database(constant(''))]), false],
  [
    'the default of a variable',
    planOf([database(refersTo('var.pw'))], { configuration: { variables: { pw: { default: 'hunter22' } } } }),
    true,
  ],
  [
    'a default that the caller replaces',
    planOf([database(refersTo('var.pw'), undefined, 'given')], {
      configuration: { variables: { pw: { default: 'hunter22' } } },
      variables: { pw: { value: 'given' } },
    }),
    false,
  ],
  [
    'a variable without default',
    planOf([database(refersTo('var.pw'))], {
      configuration: { variables: { pw: {} } },
      variables: { pw: { value: 'hunter22' } },
    }),
    false,
  ],
  [
    'a literal passed to a module',
    planOf([database(refersTo('var.pw'), 'module.m.aws_db_instance.d')], {
      configuration: moduleCall({ pw: constant('hunter22') }),
    }),
    true,
  ],
  [
    'the default of a root variable passed to a module',
    planOf([database(refersTo('var.pw'), 'module.m.aws_db_instance.d')], {
      configuration: {
        ...moduleCall({ pw: refersTo('var.root') }),
        variables: { root: { default: 'hunter22' } },
      },
    }),
    true,
  ],
  [
    'the default of a variable of the module',
    planOf([database(refersTo('var.pw'), 'module.m.aws_db_instance.d')], {
      configuration: moduleCall({}, { pw: { default: 'hunter22' } }),
    }),
    true,
  ],
  [
    'a generated password',
    planOf([database(refersTo('random_password.p.result', 'random_password.p'), undefined, null)]),
    false,
  ],
  [
    'a literal in a nested block',
    planOf([{ address: 'aws_mq_broker.b', expressions: { user: [{ password: constant('hunter22') }] } }]),
    true,
  ],
  [
    'a key in user data',
    planOf([
      { address: 'aws_instance.i', expressions: { user_data: constant('export API_KEY=abcdef123456') } },
    ]),
    true,
  ],
  [
    'a key in user data in base64',
    planOf([
      {
        address: 'aws_launch_template.i',
        after: { user_data: Buffer.from('DB_PASSWORD=abcdef123').toString('base64') },
      },
    ]),
    true,
  ],
  [
    'a variable of a function',
    planOf([
      { address: 'aws_lambda_function.f', after: { environment: [{ variables: { DB_PASSWORD: 'abc' } }] } },
    ]),
    true,
  ],
  [
    'a pointer to a secret',
    planOf([
      {
        address: 'aws_lambda_function.f',
        after: { environment: [{ variables: { SECRET_ARN: 'x', DB_PASSWORD: 'arn:aws:x', TABLE: 't' } }] },
      },
    ]),
    false,
  ],
];
for (const [name, plan, expected] of secretCases)
  test(`${name} is ${expected ? '' : 'not '}a secret in the code`, () =>
    expect(found(plan, 'AWS-SEC-001').length > 0).toBe(expected));

test('deleted resources are not checked, all others are', () => {
  const volume = (actions: string[], after: object | null) => ({
    address: 'aws_ebs_volume.v',
    actions,
    after,
  });
  for (const actions of [['no-op'], ['update'], ['delete', 'create'], ['create', 'delete']])
    expect(
      found(planOf([volume(actions, { encrypted: false })] as ResourceFixture[]), 'AWS-EC2-004').length,
    ).toStrictEqual(1);
  expect(found(planOf([volume(['delete'], null)] as ResourceFixture[]), 'AWS-EC2-004')).toStrictEqual([]);
  expect(found(planOf([volume(['forget'], null)] as ResourceFixture[]), 'AWS-EC2-004')).toStrictEqual([]);
});

test('limits of a project block a plan that exceeds them', () => {
  const plan = planOf(
    [
      { address: 'aws_sqs_queue.a', actions: ['delete'], after: null },
      { address: 'aws_sqs_queue.b', actions: ['delete', 'create'], after: {} },
      { address: 'azurerm_storage_account.c', after: { location: 'West Europe', min_tls_version: 'TLS1_2' } },
    ],
    { variables: { region: { value: 'us-east-1' } } },
  );
  Object.assign((plan as { configuration: object }).configuration, {
    provider_config: { aws: { name: 'aws', expressions: { region: refersTo('var.region') } } },
  });
  const limited = (blastRadius: object) =>
    findingsOf(plan, { blastRadius })
      .filter(({ mode }) => mode === 'block')
      .map(({ id, subject }) => [id, subject]);
  expect(limited({})).toStrictEqual([]);
  expect(limited({ maxDeletions: 0, maxReplacements: 0 })).toStrictEqual([
    ['PLAN-MAX-DELETIONS', null],
    ['PLAN-MAX-REPLACEMENTS', null],
  ]);
  expect(limited({ maxDeletions: 1, maxReplacements: 1 })).toStrictEqual([]);
  expect(limited({ resourceTypes: ['aws_*'] })).toStrictEqual([
    ['PLAN-RESOURCE-TYPE', 'azurerm_storage_account'],
  ]);
  expect(limited({ regions: ['eu-west-1', 'westeurope'] })).toStrictEqual([['PLAN-REGION', 'us-east-1']]);
  expect(limited({ regions: ['us-east-1'] })).toStrictEqual([['PLAN-REGION', 'West Europe']]);
});

test('imports, moves and forgotten objects wait for approval', () => {
  const plan = planOf([
    { address: 'aws_sqs_queue.a', actions: ['no-op'], change: { importing: { id: 'x' } } },
    { address: 'aws_sqs_queue.b', actions: ['update'], rest: { previous_address: 'aws_sqs_queue.z' } },
    { address: 'aws_sqs_queue.c', actions: ['forget'], after: null },
    { address: 'aws_iam_role.d', actions: ['delete'], after: null },
  ]);
  const waiting = (settings: object) =>
    findingsOf(plan, settings)
      .filter(({ mode }) => mode === 'approve')
      .map(({ id }) => id)
      .toSorted();
  expect(waiting({})).toStrictEqual(['PLAN-FORGET', 'PLAN-IMPORT', 'PLAN-MOVE']);
  expect(waiting({ profile: 'guarded' })).toStrictEqual([
    'PLAN-DELETE',
    'PLAN-FORGET',
    'PLAN-IAM',
    'PLAN-IMPORT',
    'PLAN-MOVE',
  ]);
});

test('a move alone only warns, unless the profile is stricter or the settings name the rule', () => {
  const plan = planOf([
    { address: 'aws_sqs_queue.b', actions: ['no-op'], rest: { previous_address: 'aws_sqs_queue.z' } },
  ]);
  const modeIn = (settings: object) => findingsOf(plan, settings).map(({ id, mode }) => [id, mode]);
  expect(modeIn({})).toStrictEqual([['PLAN-MOVE', 'warn']]);
  expect(modeIn({ profile: 'guarded' })).toStrictEqual([['PLAN-MOVE', 'approve']]);
  expect(modeIn({ modes: { 'PLAN-MOVE': 'block' } })).toStrictEqual([['PLAN-MOVE', 'block']]);
});

test('a plan of an unexpected shape is refused before it is checked', () => {
  expect(evaluatePlan(checkTerraformPlan({}), defaultPolicySettings).verdict).toBe('pass');
  for (const plan of [
    null,
    1,
    [],
    { resource_changes: [null] },
    { resource_changes: [{}] },
    { resource_changes: [{ change: 1 }] },
    { configuration: { root_module: [] } },
  ])
    expect(() => checkTerraformPlan(plan)).toThrow(/^reading the plan: /);
});

test('values and expressions of an unexpected shape are checked without an exception', () => {
  for (const odd of [null, 1, 'x', [], [null], {}, { references: 1 }, { constant_value: null }]) {
    const plan = planOf([
      {
        address: 'aws_sqs_queue.q',
        after: { name: odd, policy: odd },
        expressions: { name: odd, policy: odd },
      },
      { address: 'module.a.aws_sqs_queue.q', change: { before: odd, after: odd, after_unknown: odd } },
    ]);
    expect(evaluatePlan(plan, defaultPolicySettings).verdict).not.toBe('block');
  }
});
