import assert from 'node:assert/strict';
import { test } from 'node:test';
import { projectPolicySettingsSchema } from './policy.ts';
import { operatorPolicySchema } from './policy-settings.ts';

const exemption = { id: 'AWS-S3-001', who: 'ada', why: 'a test' };

test('settings with the deprecated name of exemptions are read', () => {
  const settings = projectPolicySettingsSchema.parse({ profile: 'strict', allowances: [exemption] });
  assert.deepEqual([settings.profile, settings.exemptions], ['strict', [exemption]]);
  const operator = operatorPolicySchema.parse({
    defaults: { allowances: [exemption] },
    allowances: [exemption],
  });
  assert.deepEqual(operator.defaults.exemptions, [exemption]);
  assert.deepEqual(operator.exemptions, [{ ...exemption, projects: ['*'] }]);
});

test('settings with both names are refused', () => {
  const both = { allowances: [exemption], exemptions: [exemption] };
  const { error } = projectPolicySettingsSchema.safeParse(both);
  assert.match(error?.message ?? '', /Unrecognized key: \\"allowances\\"/);
});
