import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathProblem } from '@deployment-engine/contracts';
import type { RevisionFiles } from './store.ts';

/** Returns `workspaces/<projectId>/<digest>/`, where a runner that shares the folder finds a revision's files. */
export function revisionDirectory(workspacesDir: string, projectId: string, digest: string): string {
  return join(workspacesDir, projectId, digest);
}

/** Writes a revision's files to a temporary folder and renames it, so that no reader sees an incomplete revision. */
export async function writeWorkspace(
  workspacesDir: string,
  projectId: string,
  digest: string,
  files: RevisionFiles,
): Promise<void> {
  const target = revisionDirectory(workspacesDir, projectId, digest);
  if (await exists(target)) return;
  await mkdir(dirname(target), { recursive: true });
  const staging = await mkdtemp(join(dirname(target), '.new-'));
  try {
    await Promise.all([...files].map(([path, content]) => writeInside(staging, path, content)));
    await rename(staging, target);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!(await exists(target))) throw error;
  }
}

async function writeInside(directory: string, path: string, content: Buffer): Promise<void> {
  const problem = pathProblem(path);
  if (problem) throw new Error(`writing the workspace: ${JSON.stringify(path)}: ${problem}`);
  const target = join(directory, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content, { mode: 0o644, flag: 'wx' });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
