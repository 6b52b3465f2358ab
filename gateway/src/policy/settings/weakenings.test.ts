import assert from 'node:assert/strict';
import { test } from 'node:test';
import { projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { weakenings } from './weakenings.ts';

const settings = (more: object = {}) => projectPolicySettingsSchema.parse(more);
const weaker = (before: object, after: object) => weakenings(settings(before), settings(after));

test('a looser profile is a weakening, a stricter one is none', () => {
  assert.deepEqual(weaker({ profile: 'strict' }, { profile: 'guarded' }), ['profile guarded']);
  assert.deepEqual(weaker({ profile: 'guarded' }, { profile: 'advisory' }), ['profile advisory']);
  assert.deepEqual(weaker({ profile: 'guarded' }, { profile: 'guarded' }), []);
  assert.deepEqual(weaker({ profile: 'advisory' }, { profile: 'strict' }), []);
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
  test(`the mode ${before ?? 'absent'} → ${after ?? 'absent'} is ${expected ? 'a' : 'no'} weakening`, () => {
    assert.deepEqual(weaker(mode(before), mode(after)), expected ? [expected] : []);
  });

test('an exemption that is new or changed is a weakening, one that stays or goes is none', () => {
  const exemption = { id: 'AWS-S3-001', address: 'aws_s3_bucket.a', who: 'w', why: 'y' };
  assert.deepEqual(weaker({}, { exemptions: [exemption] }), ['an exemption of AWS-S3-001']);
  assert.deepEqual(weaker({ exemptions: [exemption] }, { exemptions: [{ ...exemption, address: '*' }] }), [
    'an exemption of AWS-S3-001',
  ]);
  assert.deepEqual(weaker({ exemptions: [exemption] }, { exemptions: [{ ...exemption }] }), []);
  assert.deepEqual(weaker({ exemptions: [exemption] }, {}), []);
});

test('an own rule that is changed or removed is a weakening, a new one is none', () => {
  const rule = { language: 'cel', id: 'USER-A', message: 'm', expression: 'true', mode: 'block' };
  assert.deepEqual(weaker({ userRules: [rule] }, {}), ['rule USER-A changed or removed']);
  assert.deepEqual(weaker({ userRules: [rule] }, { userRules: [{ ...rule, expression: 'false' }] }), [
    'rule USER-A changed or removed',
  ]);
  assert.deepEqual(weaker({}, { userRules: [rule] }), []);
  assert.deepEqual(weaker({ userRules: [rule] }, { userRules: [{ ...rule }] }), []);
});

for (const name of ['maxDeletions', 'maxReplacements', 'maxResources'])
  test(`raising or removing ${name} is a weakening; lowering, setting or keeping it is none`, () => {
    const limit = (value: number | null) => ({ blastRadius: { [name]: value } });
    const expected = [`a wider ${name}`];
    assert.deepEqual(weaker(limit(1), limit(2)), expected);
    assert.deepEqual(weaker(limit(1), limit(null)), expected);
    assert.deepEqual(weaker(limit(0), limit(null)), expected);
    assert.deepEqual(weaker(limit(0), {}), expected);
    assert.deepEqual(weaker(limit(2), limit(2)), []);
    assert.deepEqual(weaker(limit(2), limit(1)), []);
    assert.deepEqual(weaker(limit(null), limit(9)), []);
    assert.deepEqual(weaker({}, {}), []);
  });

for (const name of ['resourceTypes', 'regions'])
  test(`adding to or removing ${name} is a weakening; narrowing, setting or keeping it is none`, () => {
    const limit = (value: string[] | null) => ({ blastRadius: { [name]: value } });
    const expected = [`a wider ${name}`];
    assert.deepEqual(weaker(limit(['a']), limit(['a', 'b'])), expected);
    assert.deepEqual(weaker(limit(['a']), limit(['b'])), expected);
    assert.deepEqual(weaker(limit(['a']), limit(null)), expected);
    assert.deepEqual(weaker(limit([]), limit(null)), expected);
    assert.deepEqual(weaker(limit(['a', 'b']), limit(['b'])), []);
    assert.deepEqual(weaker(limit(['a', 'b']), limit(['b', 'a'])), []);
    assert.deepEqual(weaker(limit(null), limit(['a'])), []);
  });

test('every weakening of one change is named', () => {
  const before = { profile: 'strict', blastRadius: { maxDeletions: 1, regions: ['eu-west-1'] } };
  assert.deepEqual(weaker(before, {}), ['profile advisory', 'a wider maxDeletions', 'a wider regions']);
});
