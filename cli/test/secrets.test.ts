import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { startTestGateway, type TestGateway } from '../../gateway/test/support.ts';

const main = join(import.meta.dirname, '../src/main.ts');
let it: TestGateway;
before(async () => {
  it = await startTestGateway();
});
after(() => it?.[Symbol.asyncDispose]());

/** Everything a command says, with `input` on its standard input. */
async function secrets(input: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [main, '--url', it.url, 'secrets', ...args]);
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out + err;
}

test('a secret is set from standard input, listed by name, and removed', async () => {
  assert.match(
    await secrets('correct-horse\n', 'set', 'web', 'db_password'),
    /db_password {2}set .* by open/,
  );
  await secrets('a-key', 'set', 'web', 'AWS_SECRET_ACCESS_KEY');
  const listed = await secrets('', 'list', 'web');
  assert.match(listed, /db_password/);
  assert.match(listed, /AWS_SECRET_ACCESS_KEY/);
  assert.ok(!/correct-horse|a-key/.test(listed));
  assert.match(await secrets('', 'rotate', 'web'), /new data key/);
  assert.ok(!/db_password/.test(await secrets('', 'remove', 'web', 'db_password')));
});

test('nothing on standard input, and a name that is none, are errors that say what to do', async () => {
  assert.match(await secrets('', 'set', 'web', 'token'), /standard input is empty; for example/);
  assert.match(await secrets('x', 'set', 'web', 'not a name'), /not a Terraform variable name/);
});
