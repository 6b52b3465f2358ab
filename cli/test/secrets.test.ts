import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startTestGateway, type TestGateway } from '../../gateway/test/support.ts';

const main = join(import.meta.dirname, '../src/main.ts');
let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

/** Returns all output of a command, with `input` on its standard input. */
async function secrets(input: string, ...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [main, '--url', it.url, 'secrets', ...args]);
  child.stdin.end(input);
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out + err;
}

test('a secret is set from standard input, listed by name, and removed', async () => {
  expect(await secrets('correct-horse\n', 'set', 'web', 'db_password')).toMatch(
    /db_password {2}set .* by open/,
  );
  await secrets('a-key', 'set', 'web', 'AWS_SECRET_ACCESS_KEY');
  const listed = await secrets('', 'list', 'web');
  expect(listed).toMatch(/db_password/);
  expect(listed).toMatch(/AWS_SECRET_ACCESS_KEY/);
  assert.ok(!/correct-horse|a-key/.test(listed));
  expect(await secrets('', 'rotate', 'web')).toMatch(/new data key/);
  assert.ok(!/db_password/.test(await secrets('', 'remove', 'web', 'db_password')));
});

test('empty standard input and an invalid name are errors that say what to do', async () => {
  expect(await secrets('', 'set', 'web', 'token')).toMatch(/standard input is empty; for example/);
  expect(await secrets('x', 'set', 'web', 'not a name')).toMatch(/not a Terraform variable name/);
});
