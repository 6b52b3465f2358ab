import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { evaluatePlan } from './evaluate-plan.ts';
import { planOf } from './plan-fixture.ts';

const settings = projectPolicySettingsSchema.parse({ profile: 'guarded' });
const judge = (template: object | string, parameters: object = {}) => {
  const template_body = typeof template === 'string' ? template : JSON.stringify(template);
  const after = { template_body, parameters };
  return evaluatePlan(
    planOf([{ address: 'aws_cloudformation_stack.app', after, actions: ['create'] }]),
    settings,
  ).findings;
};

/** A template whose public bucket exists under a condition. */
const bucketIf = (condition: unknown, more: object = {}) => ({
  Parameters: {
    CreateDb: { Type: 'String', Default: 'true' },
    Count: { Type: 'Number', Default: 1 },
    Zones: { Type: 'CommaDelimitedList', Default: 'a,b' },
  },
  Mappings: { M: { A: { On: true, Count: 1, Text: 'true' } } },
  Conditions: { C: condition },
  Resources: {
    A: { Type: 'AWS::S3::Bucket', Condition: 'C', Properties: { AccessControl: 'PublicRead' } },
  },
  ...more,
});
const isFound = (template: object | string, parameters: object = {}) =>
  judge(template, parameters).some(({ id }) => id === 'AWS-S3-003');
const equals = (left: unknown, right: unknown) => ({ 'Fn::Equals': [left, right] });
const inMap = (name: string) => ({ 'Fn::FindInMap': ['M', 'A', name] });
const [flag, count] = [{ Ref: 'CreateDb' }, { Ref: 'Count' }];

test.each([
  ['a text and a boolean', equals(flag, true)],
  ['a boolean and a text', equals(true, flag)],
  ['a parameter and a number', equals(count, 1)],
  ['a parameter and a boolean of a mapping', equals(flag, inMap('On'))],
  ['a number of a mapping and a parameter', equals(inMap('Count'), count)],
  ['a text of a mapping and a boolean', equals(inMap('Text'), true)],
  ['texts in several functions', { 'Fn::And': [equals(flag, true), equals(count, '1')] }],
  ['the partition', equals({ Ref: 'AWS::Partition' }, 'aws-cn')],
  ['not the partition', { 'Fn::Not': [equals({ Ref: 'AWS::Partition' }, 'aws')] }],
  ['a text of other case and a boolean', equals('TRUE', true)],
  ['numbers in other words', equals(count, '1.0')],
  ['a list', equals({ Ref: 'Zones' }, 'a')],
  ['a text that is neither true nor false', { 'Fn::Or': ['yes', equals(flag, 'no')] }],
])('a condition that compares %s hides nothing', (_what, condition) => {
  expect(isFound(bucketIf(condition))).toBe(true);
});

test('a parameter that is null hides nothing: the template may have a default for it', () => {
  expect(isFound(bucketIf(equals(flag, 'true')), { CreateDb: null })).toBe(true);
});

test('a number that is written with a fraction hides nothing', () => {
  const yaml = JSON.stringify(bucketIf({ 'Fn::Not': [equals(count, 'ONE')] })).replace('"ONE"', '1.0');
  expect(isFound(yaml)).toBe(true);
});

test.each([
  ['another text', equals(flag, 'no')],
  ['another text than a boolean', { 'Fn::Not': [equals(flag, true)] }],
  ['another number', equals(count, '2')],
  ['false', equals(true, false)],
  ['no truth in a list', { 'Fn::Or': [equals(flag, 'no'), equals(count, '2')] }],
])('a condition that is certainly false leaves a resource out: %s', (_what, condition) => {
  expect(isFound(bucketIf(condition))).toBe(false);
});

test('outside conditions the partition is the usual one, so that managed policies are known', () => {
  const arn = { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/AdministratorAccess' };
  const template = { Resources: { A: { Type: 'AWS::IAM::Role', Properties: { ManagedPolicyArns: [arn] } } } };
  const [finding] = judge(template).filter(({ id }) => id === 'AWS-IAM-002');
  expect(finding?.pending).toBe(false);
});

const include = { Name: 'AWS::Include', Parameters: { Location: 's3://a/b.yaml' } };
const queue = { Type: 'AWS::SQS::Queue', Properties: { SqsManagedSseEnabled: true } };
const whole = /the macro AWS::Include rewrites the template/;

test.each([
  ['beside a type', { Resources: { A: { ...queue, 'Fn::Transform': include } } }, whole],
  ['beside a type, in the form of JSON', { Resources: { A: { ...queue, Transform: include } } }, whole],
  ['in mappings', { Mappings: { 'Fn::Transform': include }, Resources: { A: queue } }, whole],
  ['in a section, in the form of JSON', { Mappings: { Transform: include }, Resources: { A: queue } }, whole],
  ['in conditions', { Conditions: { C: { Transform: include } }, Resources: { A: queue } }, whole],
  ['beside sections', { 'Fn::Transform': include, Resources: { A: queue } }, whole],
  [
    'in properties, in the form of JSON',
    { Resources: { A: { Type: 'AWS::SQS::Queue', Properties: { Tags: [{ Transform: include }] } } } },
    /A: a macro rewrites it/,
  ],
])('a macro %s is a pending finding', (_what, template, message) => {
  const [finding] = judge(template).filter(({ id }) => id === 'OPAQUE-001');
  expect([finding?.pending, finding?.message]).toStrictEqual([true, expect.stringMatching(message)]);
});

describe('templates that grow or go round are stopped', () => {
  const withMap = (Mappings: object, value: unknown) => ({
    Mappings,
    Resources: { A: { Type: 'AWS::SQS::Queue', Properties: { Tags: value } } },
  });
  const find = (key: number) => ({ 'Fn::FindInMap': [1, 1, key] });
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [index, [find(index + 1), find(index + 1)]]),
  );

  test('functions in mappings mean nothing', () => {
    for (const inside of [doubling, { 0: find(0) }, { 0: [[find(0)]] }]) {
      const [finding] = judge(withMap({ 1: { 1: inside } }, find(0))).filter(({ id }) => id === 'OPAQUE-001');
      expect(finding).toBeUndefined();
    }
  });

  test.each([
    ['a list of empty texts', ','.repeat(4000), 3000],
    ['a list of texts', Array(2000).fill('a').join(','), 3000],
  ])('%s that many references repeat', (_what, list, references) => {
    const template = {
      Parameters: { P: { Type: 'CommaDelimitedList' } },
      ...{
        Resources: {
          A: { Type: 'AWS::SQS::Queue', Properties: { T: Array(references).fill({ Ref: 'P' }) } },
        },
      },
    };
    const [finding] = judge(template, { P: list }).filter(({ id }) => id === 'OPAQUE-001');
    expect(finding?.message).toMatch(/more than 10000000 characters/);
  });

  test('numbers of a mapping that many references repeat', () => {
    const numbers = { 1: { 1: { 0: Array(14_000).fill(1) } } };
    const [finding] = judge(withMap(numbers, Array(800).fill(find(0)))).filter(
      ({ id }) => id === 'OPAQUE-001',
    );
    expect(finding?.message).toMatch(/more than 10000000 characters/);
  });
});
