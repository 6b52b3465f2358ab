import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../testing/client.ts';
import { deployer } from '../testing/deployer.ts';
import { Engine, type EngineOptions } from '../testing/engine.ts';

const code = `
variable "word" { sensitive = true }
variable "n" {}
resource "terraform_data" "a" {
  input = "\${var.n} \${sha256(var.word)}"
}
output "n" { value = var.n }
`;
const body = (n: number) => ({ projectId: 'moved', iacCode: code, variables: { n } });
const shownPaths = [
  '/api/deploy/state/moved',
  '/api/deploy/state/moved/versions',
  '/api/deploy/outputs/moved',
  '/api/deploy/history/moved',
  '/api/deploy/infrastructure/moved',
  '/api/deploy/secrets/moved',
  '/api/deploy/jobs?projectId=moved',
];
const shown = async (engine: Engine) => {
  const client = createClient(engine.url);
  const answers = await Promise.all(shownPaths.map((path) => client.get(path)));
  return answers.map(({ status, body }, index) => ({ path: shownPaths[index], status, body }));
};

test('a second engine restores a backup of the first one and destroys what that had deployed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'backup-'));
  const file = join(folder, 'engine.tar.gz');
  const settings = { gatewayEnv: { STATE_ENCRYPTION_KEY: randomBytes(32).toString('hex') } };
  try {
    const before = await deployAndBackUp(settings, file);
    expect(before.map(({ status }) => status)).toStrictEqual(before.map(() => 200));

    await using second = await Engine.start(settings);
    const client = createClient(second.url);
    await client.complete('/api/deploy/plan', { ...body(9), variables: { n: 9, word: 'x' } });
    expect(await deployer(second.url, 'restore', file)).toMatch(/restart the engine/);
    await second.gateway?.stop();
    await second.startGateway();
    expect(await shown(second)).toStrictEqual(before);

    const again = await client.complete('/api/deploy', body(2));
    expect([again.plan?.noop, again.plan?.update, again.plan?.replace]).toStrictEqual([1, 0, 0]);
    const back = await client.complete('/api/deploy/rollback', { projectId: 'moved', toRevision: 1 });
    expect(back.result?.outputs).toStrictEqual({ n: 1 });
    await client.complete('/api/deploy/destroy', { projectId: 'moved' });
    expect((await client.get('/api/deploy/state/moved')).body.state.resources).toStrictEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Returns what an engine shows of its project before it ends and its folder is removed. */
async function deployAndBackUp(settings: EngineOptions, file: string) {
  await using engine = await Engine.start(settings);
  const client = createClient(engine.url);
  const variables = { word: 'a-word-of-the-first-engine' };
  await client.request('PUT', '/api/deploy/secrets/moved/variables', { variables });
  for (const n of [1, 2]) await client.complete('/api/deploy', body(n));
  await deployer(engine.url, 'backup', file);
  return await shown(engine);
}
