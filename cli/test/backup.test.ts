import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '../../testing/client.ts';
import { Engine } from '../../testing/engine.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../src/main.ts');
let engine: Engine;
let client: ReturnType<typeof createClient>;

beforeAll(async () => {
  engine = await Engine.start();
  client = createClient(engine.url);
});
afterAll(() => engine?.[Symbol.asyncDispose]());

const deployer = (...args: string[]) => run(process.execPath, [main, '--url', engine.url, ...args]);
const code =
  'resource "terraform_data" "a" {\n  input = "kept"\n}\noutput "a" { value = terraform_data.a.output }\n';

test('a backup restores what was deployed before it, and nothing deployed after it', async () => {
  await client.complete('/api/deploy', { projectId: 'before', iacCode: code });
  const file = join(engine.directory, 'engine.tar.gz');
  const { stdout } = await deployer('--json', 'backup', file);
  expect(JSON.parse(stdout).bytes).toBeGreaterThan(1000);
  await client.complete('/api/deploy', { projectId: 'afterwards', iacCode: code });

  const restored = await deployer('restore', file);
  expect(restored.stdout).toMatch(/restart the engine/);
  await engine.gateway?.stop();
  await engine.startGateway();

  const outputs = await client.get('/api/deploy/outputs/before');
  expect(outputs.body.outputs).toStrictEqual({ a: 'kept' });
  expect((await client.get('/api/deploy/outputs/afterwards')).status).toBe(404);
  await client.complete('/api/deploy/destroy', { projectId: 'before' });
});

test('a file that is not a backup is refused with a reason, and changes nothing', async () => {
  const file = join(engine.directory, 'noise.bin');
  await writeFile(file, 'not a backup');
  await expect(deployer('restore', file)).rejects.toThrow(/not a backup of this engine; nothing was changed/);
  await expect(deployer('restore', join(engine.directory, 'missing'))).rejects.toThrow(
    /there is no such file/,
  );
  await engine.gateway?.stop();
  await engine.startGateway();
  expect((await client.get('/api/deploy/outputs/before')).status).toBe(200);
});

test('an engine that does not answer is reported in one readable line', async () => {
  const failed = run(process.execPath, [main, '--url', 'http://127.0.0.1:9', 'backup', '/dev/null']);
  await assert.rejects(
    failed,
    /^Error: Command failed[\s\S]*deployer: no engine answers at http:\/\/127\.0\.0\.1:9/,
  );
});
