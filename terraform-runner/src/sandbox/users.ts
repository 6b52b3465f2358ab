import { lchownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { chmod, lchown } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../files/sha256.ts';
import type { JobPaths } from '../workdir/job-paths.ts';

/** The job's user is the owner of this folder. */
const ownedFolder = 'state';

/**
 * Assigns the job a user id that no other job on this runner has, or returns the one it has. Synchronous, so
 * that two jobs never get the same id.
 */
export function assignUser(runsDir: string, jobId: string, users: { first: number; last: number }): number {
  const own = userOf(runsDir, jobId);
  if (own !== undefined && own >= users.first && own <= users.last) return own;
  const taken = new Set(readdirSync(runsDir).map((name) => userOf(runsDir, name)));
  const count = users.last - users.first + 1;
  let user = users.first + (Number.parseInt(sha256(jobId).slice(0, 8), 16) % count);
  for (let tried = 0; taken.has(user); tried += 1) {
    if (tried === count)
      throw new Error('choosing a user for the job: all ids of SANDBOX_USERS are taken; widen it');
    user = user === users.last ? users.first : user + 1;
  }
  const folder = join(runsDir, jobId, ownedFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  lchownSync(folder, user, user);
  return user;
}

export function userOf(runsDir: string, jobId: string): number | undefined {
  try {
    return lstatSync(join(runsDir, jobId, ownedFolder)).uid;
  } catch {
    return undefined;
  }
}

/**
 * Gives the job's user what a run must write. The code stays the runner's: the sticky bit lets the user
 * create files in the root module, as init does, but not replace uploaded ones.
 */
export async function giveToUser(paths: JobPaths, written: string[], user: number): Promise<void> {
  for (const path of [paths.temporary, paths.stateFolder, paths.planFolder, ...written])
    await lchown(path, user, user);
  await chmod(paths.rootModule, 0o1777);
}
