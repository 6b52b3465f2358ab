import { operatorPolicySchema } from './operator-policy.ts';
import { projectPolicySettingsSchema } from './settings.ts';

const exemption = { id: 'AWS-S3-001', who: 'ada', why: 'a test' };

test('settings with the deprecated name of exemptions are read', () => {
  const settings = projectPolicySettingsSchema.parse({ profile: 'strict', allowances: [exemption] });
  expect([settings.profile, settings.exemptions]).toStrictEqual(['strict', [exemption]]);
  const operator = operatorPolicySchema.parse({
    defaults: { allowances: [exemption] },
    allowances: [exemption],
  });
  expect(operator.defaults.exemptions).toStrictEqual([exemption]);
  expect(operator.exemptions).toStrictEqual([{ ...exemption, projects: ['*'] }]);
});

test('settings with both names are refused', () => {
  const both = { allowances: [exemption], exemptions: [exemption] };
  const { error } = projectPolicySettingsSchema.safeParse(both);
  expect(error?.message ?? '').toMatch(/Unrecognized key: \\"allowances\\"/);
});
