import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readState } from '../workdir/state-file.ts';
import { readRegular } from './regular-file.ts';
import { sha256OfFile } from './sha256.ts';

const folder = mkdtempSync(join(tmpdir(), 'regular-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a link, a pipe or a folder where a run should have left a file is no file', async () => {
  const real = join(folder, 'real');
  writeFileSync(real, '{"serial":1}');
  symlinkSync(real, join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  mkdirSync(join(folder, 'folder'));
  expect((await readState(real))?.content.serial).toBe(1);
  for (const name of ['link', 'pipe', 'folder', 'nothing']) {
    const path = join(folder, name);
    assert.equal(await readRegular(path), undefined, name);
    assert.equal(await readState(path), undefined, name);
    await assert.rejects(sha256OfFile(path), /it is not a regular file/, name);
  }
});
