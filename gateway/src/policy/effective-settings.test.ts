import {
  operatorPolicySchema,
  projectPolicySettingsSchema,
  type UserRule,
} from '@deployment-engine/contracts';
import { effectiveSettings, narrowest } from './effective-settings.ts';

const inForce = (operator: object, own: object | null = null, projectId = 'shop') =>
  effectiveSettings(
    operatorPolicySchema.parse(operator),
    projectId,
    own && projectPolicySettingsSchema.parse(own),
  );
const noLimits = {
  maxDeletions: null,
  maxReplacements: null,
  maxResources: null,
  resourceTypes: null,
  regions: null,
};
const exemption = (id: string, more: object = {}) => ({ id, who: 'w', why: 'y', ...more });

test('a project without settings has the operator’s defaults, one with settings has its own', () => {
  const defaults = {
    profile: 'strict',
    modes: { 'AWS-S3-001': 'off' },
    exemptions: [exemption('AWS-S3-002')],
  };
  expect(inForce({ defaults })).toMatchObject(defaults);
  const own = { profile: 'guarded', modes: { 'AWS-S3-001': 'block' }, exemptions: [exemption('AWS-S3-003')] };
  expect(inForce({ defaults }, own)).toMatchObject(own);
  expect(inForce({ defaults }, {})).toMatchObject({ profile: 'advisory', modes: {}, exemptions: [] });
});

for (const [own, enforced, profile] of [
  ['advisory', 'advisory', 'advisory'],
  ['advisory', 'guarded', 'guarded'],
  ['guarded', 'advisory', 'guarded'],
  ['guarded', 'strict', 'strict'],
  ['strict', 'guarded', 'strict'],
] as const)
  test(`a ${own} project of an operator who enforces ${enforced} is ${profile}`, () => {
    expect(inForce({ enforce: { profile: enforced } }, { profile: own }).profile).toBe(profile);
    expect(inForce({ defaults: { profile: own }, enforce: { profile: enforced } }).profile).toBe(profile);
  });

const rule = (id: string, mode: string, message = 'a message') =>
  ({ language: 'cel', id, mode, message, expression: 'true' }) as unknown as UserRule;

test('the enforced modes and those of enforced rules are minimums; a mode of both is the enforced one', () => {
  const { minimumModes, modes } = inForce(
    {
      enforce: {
        modes: { 'AWS-S3-001': 'block', 'USER-B': 'block' },
        userRules: [rule('USER-A', 'approve'), rule('USER-B', 'warn')],
      },
    },
    { modes: { 'AWS-S3-001': 'off' } },
  );
  expect(minimumModes).toStrictEqual({ 'AWS-S3-001': 'block', 'USER-A': 'approve', 'USER-B': 'block' });
  expect(modes).toStrictEqual({ 'AWS-S3-001': 'off' });
});

test('the rules of enforced limits have a minimum mode', () => {
  const blastRadius = { maxDeletions: 0, regions: ['eu-*'] };
  expect(inForce({ enforce: { blastRadius } }).enforcedModes).toStrictEqual({
    'PLAN-MAX-DELETIONS': expect.stringMatching(/approve|block/),
    'PLAN-REGION': expect.stringMatching(/approve|block/),
  });
  expect(inForce({ enforce: { blastRadius: {} } }).enforcedModes).toStrictEqual({});
});

test('an operator’s exemptions apply to the projects that they name, without the names', () => {
  const operator = {
    exemptions: [
      exemption('OF-ALL'),
      exemption('OF-SHOPS', { projects: ['bank', 'shop-*'] }),
      exemption('OF-BANK', { projects: ['bank'] }),
    ],
  };
  const all = exemption('OF-ALL');
  expect(inForce(operator, null, 'shop-1').exemptions).toStrictEqual([all, exemption('OF-SHOPS')]);
  expect(inForce(operator, null, 'bank').exemptions).toStrictEqual([
    all,
    exemption('OF-SHOPS'),
    exemption('OF-BANK'),
  ]);
  expect(inForce(operator, null, 'other').exemptions).toStrictEqual([all]);
});

test('a project may assume the roles of every entry that names it, and no others', () => {
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
  const operator = {
    assumeRoles: [
      { roles: [role('any')] },
      { roles: [role('a'), role('b')], projects: ['bank', 'shop-*'] },
      { roles: [role('c')], projects: ['bank'] },
    ],
  };
  expect(inForce(operator, null, 'shop-1').assumeRoles).toStrictEqual([role('any'), role('a'), role('b')]);
  expect(inForce(operator, null, 'other').assumeRoles).toStrictEqual([role('any')]);
  expect(inForce({}).assumeRoles).toStrictEqual([]);
});

for (const [why, enforce] of [
  ['has an enforced mode', { modes: { 'RULE-1': 'warn' } }],
  ['is one of the enforced rules', { userRules: [rule('USER-1', 'warn')] }],
  ['follows from the enforced profile', { profile: 'strict' }],
  ['follows from an enforced limit', { blastRadius: { maxDeletions: 1 } }],
] as const)
  test(`a project’s own exemption has no effect on a rule that ${why}; the operator’s has`, () => {
    const { minimumModes, enforcedModes } = inForce({ enforce });
    const [id = ''] = Object.keys({ ...enforcedModes, ...minimumModes });
    const ofOperator = exemption(id, { why: 'the operator’s' });
    const kept = exemption('NOT-ENFORCED');
    const own = { exemptions: [exemption(id, { why: 'the project’s' }), kept] };
    expect(inForce({ enforce, exemptions: [ofOperator] }, own).exemptions).toStrictEqual([ofOperator, kept]);
    expect(inForce({ enforce, defaults: own }).exemptions).toStrictEqual([kept]);
  });

test('an exemption of an id that objects inherit is kept', () => {
  const own = { exemptions: [exemption('constructor')] };
  expect(inForce({}, own).exemptions).toStrictEqual(own.exemptions);
});

test('a project’s rules come after the enforced ones, and cannot replace one of them', () => {
  const own = { userRules: [rule('USER-A', 'off', 'weakened'), rule('USER-B', 'warn', 'own')] };
  const enforced = { userRules: [rule('USER-A', 'block', 'enforced'), rule('USER-C', 'block', 'enforced')] };
  const rules = inForce({ enforce: enforced }, own).userRules;
  expect(rules.map(({ id, mode, message }) => [id, mode, message])).toStrictEqual([
    ['USER-A', 'block', 'enforced'],
    ['USER-C', 'block', 'enforced'],
    ['USER-B', 'warn', 'own'],
  ]);
});

test('a project’s limits apply together with the enforced ones', () => {
  const own = { blastRadius: { maxDeletions: 5, maxReplacements: 1, regions: ['eu-west-1', 'us-east-1'] } };
  const enforce = { blastRadius: { maxDeletions: 2, maxResources: 100, regions: ['eu-*'] } };
  expect(inForce({ enforce }, own).blastRadius).toStrictEqual({
    ...{ maxDeletions: 2, maxReplacements: 1, maxResources: 100 },
    ...{ resourceTypes: null, regions: ['eu-west-1'] },
  });
});

for (const limit of ['maxDeletions', 'maxReplacements', 'maxResources'] as const)
  for (const [left, right, least] of [
    [null, null, null],
    [3, null, 3],
    [null, 3, 3],
    [0, null, 0],
    [null, 0, 0],
    [2, 3, 2],
    [3, 2, 2],
    [0, 3, 0],
  ] as const)
    test(`${limit} of ${left} and ${right} is ${least}`, () => {
      const limits = narrowest({ ...noLimits, [limit]: left }, { ...noLimits, [limit]: right });
      expect(limits).toStrictEqual({ ...noLimits, [limit]: least });
    });

const lists: [left: string[] | null, right: string[] | null, both: string[] | null][] = [
  [null, null, null],
  [['aws_s3_*'], null, ['aws_s3_*']],
  [null, ['aws_s3_*'], ['aws_s3_*']],
  [[], null, []],
  [[], ['aws_s3_*'], []],
  [['aws_s3_bucket', 'aws_vpc'], ['aws_s3_*', 'aws_iam_*'], ['aws_s3_bucket']],
  [['aws_s3_*', 'aws_iam_*'], ['aws_s3_bucket', 'aws_vpc'], ['aws_s3_bucket']],
  [
    ['aws_*', 'gcp_a'],
    ['aws_s3_*', 'gcp_*'],
    ['gcp_a', 'aws_s3_*'],
  ],
  [['same', 'left'], ['same', 'right'], ['same']],
  [['left'], ['right'], []],
];
for (const list of ['resourceTypes', 'regions'] as const)
  for (const [left, right, both] of lists)
    test(`${list} of ${JSON.stringify(left)} and ${JSON.stringify(right)} are ${JSON.stringify(both)}`, () => {
      const limits = narrowest({ ...noLimits, [list]: left }, { ...noLimits, [list]: right });
      expect(limits).toStrictEqual({ ...noLimits, [list]: both });
    });
