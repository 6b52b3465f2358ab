import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { identifySelf, isAlive, type ProcessIdentity } from './process/identity.ts';

/** Locks the folder: two runners would both adopt its runs, so the second one refuses to start. */
export async function lockRunsDir(runsDir: string): Promise<AsyncDisposable> {
  const path = join(runsDir, '.lock');
  const own = identifySelf();
  if (!own) throw new Error('starting: /proc is not readable');
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, JSON.stringify(own));
  try {
    const holder = await readHolder(path);
    if (holder && isAlive(holder))
      throw new Error(
        `starting: process ${holder.pid} already serves ${runsDir}; give each runner its own RUNS_DIR`,
      );
    await rm(path, { force: true });
    await link(temporary, path); // fails where another runner was faster
  } finally {
    await rm(temporary, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function readHolder(path: string): Promise<ProcessIdentity | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
