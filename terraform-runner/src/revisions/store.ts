import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathProblem, revisionDigest } from '@deployment-engine/contracts';
import { DomainError } from '../domain-error.ts';
import { readTree } from '../files/read-tree.ts';

/** Uploaded revisions that are kept; the one used longest ago goes first. */
const maxKept = 100;

export type RevisionStore = ReturnType<typeof createRevisionStore>;

/** The files of revisions: from the shared workspace folder, or from this runner's own copies. */
export function createRevisionStore(workspacesDir: string, cacheDir: string) {
  return {
    /** The files whose digest this is, or `undefined` where neither place has them complete and unchanged. */
    async read(projectId: string, digest: string): Promise<Map<string, Buffer> | undefined> {
      for (const folder of [join(workspacesDir, projectId, digest), join(cacheDir, digest)]) {
        const files = await readTree(folder).catch(() => undefined);
        if (files && revisionDigest(files) === digest) return files;
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
      const now = new Date();
      if (
        await utimes(target, now, now).then(
          () => true,
          () => false,
        )
      )
        return;
      const temporary = `${target}.${process.pid}.${now.getTime()}`;
      await writeTree(temporary, files);
      await rename(temporary, target).catch(() => rm(temporary, { recursive: true, force: true }));
      await dropOldest(cacheDir);
    },
  };
}

/** Files 0644 and folders 0755: a sandbox may read them as another user. */
export async function writeTree(root: string, files: Map<string, Uint8Array>): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o755 });
  for (const [path, content] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    await writeFile(join(root, path), content, { mode: 0o644 });
  }
}

async function dropOldest(cacheDir: string): Promise<void> {
  const names = await readdir(cacheDir);
  const dated = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(cacheDir, name))).mtimeMs })),
  );
  dated.sort((a, b) => b.at - a.at);
  for (const { name } of dated.slice(maxKept))
    await rm(join(cacheDir, name), { recursive: true, force: true });
}
