import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { Engine } from '../../testing/engine.ts';

const main = resolve(import.meta.dirname, '../src/main.ts');

function doctor(url: string): Promise<{ code: number; text: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [main, '--url', url, 'doctor'], (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
    );
  });
}

test('doctor accepts the defaults, and names what a disabled sandbox leaves unprotected', async () => {
  {
    await using engine = await Engine.start();
    const { code, text } = await doctor(engine.url);
    assert.equal(code, 0, text);
    for (const line of [
      /sandbox +bwrap/,
      /network +proxy/,
      /authentication +open/,
      /terraform 1\./,
      /protected$/m,
    ])
      expect(text).toMatch(line);
  }
  await using engine = await Engine.start({ runnerEnv: { SANDBOX: 'off' } });
  const { code, text } = await doctor(engine.url);
  expect(code).toBe(1);
  expect(text).toMatch(/! runner http.*: SANDBOX=off switches the sandbox off/);
  expect(text).toMatch(/! runner http.*: code can read every file/);
});
