import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { createClient } from '../../e2e/support/client.ts';
import { Engine } from '../../e2e/support/engine.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '../src/main.ts');
let engine: Engine;
let client: ReturnType<typeof createClient>;

before(async () => {
  engine = await Engine.start();
  client = createClient(engine.url);
});
after(() => engine?.[Symbol.asyncDispose]());

const deployer = (...args: string[]) => run(process.execPath, [main, '--url', engine.url, ...args]);
const code =
  'resource "terraform_data" "a" {\n  input = "kept"\n}\noutput "a" { value = terraform_data.a.output }\n';

test('a backup brings back what was deployed before it, and nothing deployed after it', async () => {
  await client.complete('/api/deploy', { projectId: 'before', iacCode: code });
  const file = join(engine.directory, 'engine.tar.gz');
  const { stdout } = await deployer('--json', 'backup', file);
  assert.ok(JSON.parse(stdout).bytes > 1000);
  await client.complete('/api/deploy', { projectId: 'afterwards', iacCode: code });

  const restored = await deployer('restore', file);
  assert.match(restored.stdout, /restart the engine/);
  await engine.gateway?.stop();
  await engine.startGateway();

  const outputs = await client.get('/api/deploy/outputs/before');
  assert.deepEqual(outputs.body.outputs, { a: 'kept' });
  assert.equal((await client.get('/api/deploy/outputs/afterwards')).status, 404);
  await client.complete('/api/deploy/destroy', { projectId: 'before' });
});

test('a file that is no backup is refused, says so, and changes nothing', async () => {
  const file = join(engine.directory, 'noise.bin');
  await writeFile(file, 'not a backup');
  await assert.rejects(deployer('restore', file), /no backup of this engine; nothing was changed/);
  await assert.rejects(deployer('restore', join(engine.directory, 'missing')), /there is no such file/);
  await engine.gateway?.stop();
  await engine.startGateway();
  assert.equal((await client.get('/api/deploy/outputs/before')).status, 200);
});

test('an engine that does not answer is one readable line', async () => {
  const failed = run(process.execPath, [main, '--url', 'http://127.0.0.1:9', 'backup', '/dev/null']);
  await assert.rejects(
    failed,
    /^Error: Command failed[\s\S]*deployer: no engine answers at http:\/\/127\.0\.0\.1:9/,
  );
});
