import { randomBytes } from 'node:crypto';
import { deployer } from '../testing/deployer.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { waitFor } from '../testing/wait.ts';

const [earlierKey, key] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
const secret = 'a-password-that-stays';
const code = `
variable "password" { sensitive = true }
variable "size" {}
resource "terraform_data" "a" {
  input = { password = var.password, size = var.size }
}
output "password" {
  value     = terraform_data.a.output.password
  sensitive = true
}
`;
const body = (projectId: string) => ({ projectId, iacCode: code, variables: { size: 3 } });

const gatewayEnv = { STATE_ENCRYPTION_KEY: earlierKey, OIDC_ISSUER_URL: 'https://engine.example.org' };
const { client, engine } = sharedEngine({ gatewayEnv });

async function restart(settings: Record<string, string>): Promise<void> {
  await engine().gateway?.stop();
  await engine().startGateway(settings);
}

const setSecret = (projectId: string) =>
  client.request('PUT', `/api/deploy/secrets/${projectId}/variables`, { variables: { password: secret } });

/** Returns everything that is stored encrypted, as callers see it. */
async function shown(jobId: string) {
  const paths = [
    '/api/deploy/outputs/shop?sensitive=true',
    '/api/deploy/state/shop',
    '/api/deploy/state/shop/versions',
    '/api/deploy/history/shop',
    '/api/deploy/secrets/shop',
    `/api/deploy/jobs/${jobId}/plan`,
    `/api/deploy/jobs/${jobId}/terraform-log`,
    '/.well-known/jwks.json',
  ];
  const answers = await Promise.all(paths.map((path) => client.get(path)));
  return answers.map(({ status, body }, index) => ({ path: paths[index], status, body }));
}

test('a new encryption key: nothing is lost when the earlier one is removed', async () => {
  await setSecret('shop');
  await setSecret('parked');
  const first = await client.complete('/api/deploy', { ...body('shop'), terraformLog: 'debug' });
  const accepted = await client.post('/api/deploy', { ...body('parked'), autoApprove: false });
  const parked = await client.finished(accepted.body.jobId);
  expect(parked.status).toBe('awaiting_approval');
  const before = await shown(first.jobId);
  expect(before.map(({ status }) => status)).toStrictEqual(before.map(() => 200));

  await expect(restart({ STATE_ENCRYPTION_KEY: key })).rejects.toThrow(/STATE_ENCRYPTION_PREVIOUS_KEYS/);
  await restart({ STATE_ENCRYPTION_KEY: key, STATE_ENCRYPTION_PREVIOUS_KEYS: earlierKey });
  await waitFor('the log to say that the earlier key can be removed', () =>
    engine().gateway?.output().includes('everything is sealed with the current key'),
  );
  await restart({ STATE_ENCRYPTION_KEY: key });

  expect(await shown(first.jobId)).toStrictEqual(before);
  expect(await deployer(engine().url, 'audit', 'verify')).toMatch(/ is intact/);
  const path = `/api/deploy/jobs/${parked.jobId}/approve`;
  expect((await client.post(path, { planDigest: parked.planDigest })).status).toBe(202);
  expect((await client.endOf(parked.jobId)).status).toBe('completed');
  const again = await client.complete('/api/deploy', body('shop'));
  expect([again.plan?.noop, again.plan?.update, again.plan?.replace]).toStrictEqual([1, 0, 0]);
  await client.complete('/api/deploy/destroy', { projectId: 'shop' });
  expect((await client.get('/api/deploy/state/shop')).body.state.resources).toStrictEqual([]);
});
