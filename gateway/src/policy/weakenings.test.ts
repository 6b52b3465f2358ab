import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { weakenings } from './weakenings.ts';

const settings = (more: object = {}) => projectPolicySettingsSchema.parse(more);
const weaker = (before: object, after: object) => weakenings(settings(before), settings(after));

test('a looser profile is a weakening, a stricter one is not', () => {
  expect(weaker({ profile: 'strict' }, { profile: 'guarded' })).toStrictEqual(['profile guarded']);
  expect(weaker({ profile: 'guarded' }, { profile: 'advisory' })).toStrictEqual(['profile advisory']);
  expect(weaker({ profile: 'guarded' }, { profile: 'guarded' })).toStrictEqual([]);
  expect(weaker({ profile: 'advisory' }, { profile: 'strict' })).toStrictEqual([]);
});

const mode = (value?: string) => ({ modes: value ? { 'AWS-S3-001': value } : {} });
for (const [before, after, expected] of [
  ['block', 'approve', 'mode approve of AWS-S3-001'],
  ['approve', 'warn', 'mode warn of AWS-S3-001'],
  ['warn', 'off', 'mode off of AWS-S3-001'],
  ['warn', 'warn', undefined],
  ['off', 'warn', undefined],
  ['approve', 'block', undefined],
  [undefined, 'block', undefined],
  [undefined, 'approve', 'mode approve of AWS-S3-001'],
  [undefined, 'off', 'mode off of AWS-S3-001'],
  ['block', undefined, 'no mode of AWS-S3-001'],
  ['warn', undefined, 'no mode of AWS-S3-001'],
  ['off', undefined, undefined],
] as const)
  test(`the mode ${before ?? 'absent'} → ${after ?? 'absent'} is ${expected ? '' : 'not '}a weakening`, () => {
    expect(weaker(mode(before), mode(after))).toStrictEqual(expected ? [expected] : []);
  });

test('a new or changed exemption is a weakening, a kept or removed one is not', () => {
  const exemption = { id: 'AWS-S3-001', address: 'aws_s3_bucket.a', who: 'w', why: 'y' };
  expect(weaker({}, { exemptions: [exemption] })).toStrictEqual(['an exemption of AWS-S3-001']);
  expect(weaker({ exemptions: [exemption] }, { exemptions: [{ ...exemption, address: '*' }] })).toStrictEqual(
    ['an exemption of AWS-S3-001'],
  );
  expect(weaker({ exemptions: [exemption] }, { exemptions: [{ ...exemption }] })).toStrictEqual([]);
  expect(weaker({ exemptions: [exemption] }, {})).toStrictEqual([]);
});

test('a changed or removed user rule is a weakening, a new one is not', () => {
  const rule = { language: 'cel', id: 'USER-A', message: 'm', expression: 'true', mode: 'block' };
  expect(weaker({ userRules: [rule] }, {})).toStrictEqual(['rule USER-A changed or removed']);
  expect(weaker({ userRules: [rule] }, { userRules: [{ ...rule, expression: 'false' }] })).toStrictEqual([
    'rule USER-A changed or removed',
  ]);
  expect(weaker({}, { userRules: [rule] })).toStrictEqual([]);
  expect(weaker({ userRules: [rule] }, { userRules: [{ ...rule }] })).toStrictEqual([]);
});

for (const name of ['maxDeletions', 'maxReplacements', 'maxResources'])
  test(`raising or removing ${name} is a weakening; lowering, setting or keeping it is not`, () => {
    const limit = (value: number | null) => ({ blastRadius: { [name]: value } });
    const expected = [`a wider ${name}`];
    expect(weaker(limit(1), limit(2))).toStrictEqual(expected);
    expect(weaker(limit(1), limit(null))).toStrictEqual(expected);
    expect(weaker(limit(0), limit(null))).toStrictEqual(expected);
    expect(weaker(limit(0), {})).toStrictEqual(expected);
    expect(weaker(limit(2), limit(2))).toStrictEqual([]);
    expect(weaker(limit(2), limit(1))).toStrictEqual([]);
    expect(weaker(limit(null), limit(9))).toStrictEqual([]);
    expect(weaker({}, {})).toStrictEqual([]);
  });

for (const name of ['resourceTypes', 'regions'])
  test(`adding to or removing ${name} is a weakening; narrowing, setting or keeping it is not`, () => {
    const limit = (value: string[] | null) => ({ blastRadius: { [name]: value } });
    const expected = [`a wider ${name}`];
    expect(weaker(limit(['a']), limit(['a', 'b']))).toStrictEqual(expected);
    expect(weaker(limit(['a']), limit(['b']))).toStrictEqual(expected);
    expect(weaker(limit(['a']), limit(null))).toStrictEqual(expected);
    expect(weaker(limit([]), limit(null))).toStrictEqual(expected);
    expect(weaker(limit(['a', 'b']), limit(['b']))).toStrictEqual([]);
    expect(weaker(limit(['a', 'b']), limit(['b', 'a']))).toStrictEqual([]);
    expect(weaker(limit(null), limit(['a']))).toStrictEqual([]);
  });

test('every weakening of one change is named', () => {
  const before = { profile: 'strict', blastRadius: { maxDeletions: 1, regions: ['eu-west-1'] } };
  expect(weaker(before, {})).toStrictEqual(['profile advisory', 'a wider maxDeletions', 'a wider regions']);
});
