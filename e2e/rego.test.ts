import { regoRule } from '../testing/rego-rule.ts';
import { sharedEngine } from '../testing/shared-engine.ts';

const operatorRule = regoRule({
  id: 'USER-NO-PUBLIC',
  message: 'the rules of the operator',
  needle: '"public"',
  result: [{ msg: 'nothing may be public', address: 'terraform_data.a' }],
});
const projectRule = regoRule({
  id: 'USER-NO-LEGACY',
  message: 'legacy is not supported here',
  needle: '"legacy"',
  result: true,
});

const { client } = sharedEngine({ policy: { enforce: { userRules: [operatorRule] } } });

const body = (projectId: string, input: string) => ({
  projectId,
  iacCode: `resource "terraform_data" "a" {\n  input = "${input}"\n}\n`,
});
const deploy = async (projectId: string, input: string) =>
  client.finished((await client.post('/api/deploy', body(projectId, input))).body.jobId);
const stateOf = async (projectId: string) => (await client.get(`/api/deploy/state/${projectId}`)).body.state;

test("a Rego rule in the operator's file blocks a plan in every project with its message, and no other plan", async () => {
  const blocked = await deploy('shop', 'public');
  expect([blocked.status, blocked.failure?.step, blocked.failure?.reason]).toStrictEqual([
    'failed',
    'gate',
    'policy_denied',
  ]);
  expect(blocked.error).toMatch(/USER-NO-PUBLIC.*nothing may be public/);
  const { policy } = (await client.get(`/api/deploy/jobs/${blocked.jobId}/plan`)).body;
  expect(policy.findings[0]).toMatchObject({ id: 'USER-NO-PUBLIC', address: 'terraform_data.a' });
  expect((await client.get('/api/deploy/infrastructure/shop')).body.terraformState).toBe(null);

  const allowed = await client.complete('/api/deploy', body('shop', 'private'));
  expect(allowed.policy?.verdict).toBe('pass');
  expect((await stateOf('shop')).resources).toHaveLength(1);
});

test("a Rego rule of a project blocks the project's plans alone", async () => {
  const settings = { userRules: [projectRule] };
  const { status } = await client.request('PUT', '/api/deploy/policy/strict/settings', settings);
  expect(status).toBe(200);
  const blocked = await deploy('strict', 'legacy');
  expect(blocked.failure?.reason).toBe('policy_denied');
  expect(blocked.error).toMatch(/USER-NO-LEGACY.*legacy is not supported here/);
  expect((await deploy('strict', 'public')).error).toMatch(/USER-NO-PUBLIC/);
  await client.complete('/api/deploy', body('strict', 'current'));
  await client.complete('/api/deploy', body('other', 'legacy'));
});
