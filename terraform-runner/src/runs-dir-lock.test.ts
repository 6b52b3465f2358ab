import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockRunsDir } from './runs-dir-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'lock-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a second runner on the same folder is refused, and one that has ended leaves it free', async () => {
  const first = await lockRunsDir(folder);
  await expect(lockRunsDir(folder)).rejects.toThrow(/already serves/);
  await first[Symbol.asyncDispose]();
  await (await lockRunsDir(folder))[Symbol.asyncDispose]();
});

test('the first process of a container can take it', () => {
  const script = `
    const { lockRunsDir } = await import('${join(import.meta.dirname, 'runs-dir-lock.ts')}');
    await lockRunsDir('${folder}');
    console.log(process.pid);`;
  const alone = ['--dev-bind', '/', '/', '--unshare-pid', '--as-pid-1', '--proc', '/proc'];
  const node = [process.execPath, '--input-type=module', '-e', script];
  expect(execFileSync('bwrap', [...alone, ...node], { encoding: 'utf8' }).trim()).toBe('1');
});
