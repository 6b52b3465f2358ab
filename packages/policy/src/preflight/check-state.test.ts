import { defaultPolicySettings, projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { checkState } from './check-state.ts';

const stateWith = (...providers: unknown[]) => ({
  version: 4,
  resources: providers.map((provider) => ({ module: 'module.a', type: 't', name: 'n', provider })),
});

test('providers of the allow-list pass, with aliases and in modules', () => {
  const state = stateWith(
    'provider["registry.terraform.io/hashicorp/aws"]',
    'module.a.provider["registry.terraform.io/hashicorp/aws"].west',
    'provider["terraform.io/builtin/terraform"]',
  );
  expect(checkState(state, defaultPolicySettings).verdict).toBe('pass');
});

test('any other provider is refused, unless an exemption names it', () => {
  const state = stateWith('provider["evil.example/x/aws"]');
  const [finding] = checkState(state, defaultPolicySettings).findings;
  expect([finding?.subject, finding?.address]).toStrictEqual(['evil.example/x/aws', 'module.a.t.n']);
  for (const odd of ['provider.aws', '', null, 7])
    expect(checkState(stateWith(odd), defaultPolicySettings).verdict).toBe('block');
  const exemptions = [{ id: 'PRE-PROVIDER', subject: 'evil.example/x/aws', who: 'a', why: 'b' }];
  expect(checkState(state, projectPolicySettingsSchema.parse({ exemptions })).verdict).toBe('pass');
});
