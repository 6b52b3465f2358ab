import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathProblem } from '@deployment-engine/contracts';
import { revisionDigest } from '@deployment-engine/runner-api';
import { DomainError } from '@deployment-engine/service';
import { readTree } from '../files/read-tree.ts';

/** Maximum number of uploaded revisions; the least recently used one is removed first. */
const maxKept = 100;

export type RevisionStore = ReturnType<typeof createRevisionStore>;

/** Stores the files of revisions: in the shared workspace folder, or as this runner's own copies. */
export function createRevisionStore(workspacesDir: string, cacheDir: string) {
  return {
    /** Returns the files with this digest, or `undefined` if no complete, unchanged copy exists. */
    async read(projectId: string, digest: string): Promise<Map<string, Buffer> | undefined> {
      for (const folder of [join(workspacesDir, projectId, digest), join(cacheDir, digest)]) {
        const files = await readTree(folder).catch(() => undefined);
        if (!files || revisionDigest(files) !== digest) continue;
        if (dirname(folder) === cacheDir) await markUsed(folder);
        return files;
      }
      return undefined;
    },

    async save(digest: string, files: Map<string, Buffer>): Promise<void> {
      for (const path of files.keys()) {
        const problem = pathProblem(path);
        if (problem) throw new DomainError('invalid_request', `storing the revision: ${path}: ${problem}`);
      }
      if (revisionDigest(files) !== digest)
        throw new DomainError('invalid_request', 'storing the revision: the files have another digest');
      const target = join(cacheDir, digest);
      if (await hasDigest(target, digest)) return void (await markUsed(target));
      const temporary = `${target}.${process.pid}.${randomBytes(4).toString('hex')}`;
      await writeTree(temporary, files);
      // Verified before it is stored: a copy that reads back differently would be requested again and again.
      if (!(await hasDigest(temporary, digest))) {
        await rm(temporary, { recursive: true, force: true });
        throw new DomainError(
          'revision_unreadable',
          `storing the revision ${digest}: the files read back differently than they were sent; check the disk of RUNS_DIR`,
        );
      }
      await rm(target, { recursive: true, force: true }); // an incomplete or changed copy
      await rename(temporary, target).catch(() => rm(temporary, { recursive: true, force: true }));
      await dropOldest(cacheDir);
    },

    /** Removes this runner's own copies that were last used before then; returns their digests. */
    async dropUnused(before: Date): Promise<string[]> {
      const unused = (await byLastUse(cacheDir)).filter(({ at }) => at < before.getTime());
      await drop(cacheDir, unused);
      return unused.map(({ name }) => name);
    },
  };
}

async function hasDigest(folder: string, digest: string): Promise<boolean> {
  const files = await readTree(folder).catch(() => undefined);
  return files !== undefined && revisionDigest(files) === digest;
}

/** Sets a copy's modification time, which is its time of last use. Returns false if there is no copy. */
async function markUsed(folder: string): Promise<boolean> {
  const now = new Date();
  return utimes(folder, now, now).then(
    () => true,
    () => false,
  );
}

/** Writes files as 0644 and folders as 0755: a sandbox may read them as another user. */
export async function writeTree(root: string, files: Map<string, Uint8Array>): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o755 });
  for (const [path, content] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    await writeFile(join(root, path), content, { mode: 0o644 });
  }
}

async function dropOldest(cacheDir: string): Promise<void> {
  await drop(cacheDir, (await byLastUse(cacheDir)).slice(maxKept));
}

type Copy = { name: string; at: number };

/** Lists the copies, most recently used first; skips those removed meanwhile. */
async function byLastUse(cacheDir: string): Promise<Copy[]> {
  const names = await readdir(cacheDir);
  const copies = names.map((name) =>
    stat(join(cacheDir, name)).then(
      (found): Copy[] => [{ name, at: found.mtimeMs }],
      () => [],
    ),
  );
  return (await Promise.all(copies)).flat().sort((a, b) => b.at - a.at);
}

async function drop(cacheDir: string, copies: Copy[]): Promise<void> {
  for (const { name } of copies) await rm(join(cacheDir, name), { recursive: true, force: true });
}
