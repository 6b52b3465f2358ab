import { lstat, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeTree } from '../revisions/store.ts';
import { cliConfig } from '../terraform/cli-config.ts';
import type { JobPaths } from './job-paths.ts';

/**
 * Terraform reads override files after all others and in the order of their names, and "~" sorts last, so the
 * engine has the last word; uploaded names can't begin with "~".
 */
export const overrideName = '~engine_override.tf.json';
export const variablesName = '~engine.auto.tfvars.json';

export type JobContent = {
  files: Map<string, Uint8Array>;
  variables: Record<string, unknown>;
  state: Uint8Array | undefined;
  providerMirror: string | undefined;
};

/** Lays out a job's folder from nothing; what an earlier attempt left, except its runs, is removed. */
export async function layOutJob(paths: JobPaths, content: JobContent): Promise<void> {
  for (const path of [paths.initialised, paths.plan, paths.planJson, paths.code])
    await rm(path, { recursive: true, force: true });
  await makeTemporary(paths.temporary);
  await writeTree(paths.code, content.files);
  await writeFile(paths.manifest, JSON.stringify([...content.files.keys()]), { mode: 0o600 });
  await writeFile(paths.cliConfig, cliConfig(content.providerMirror), { mode: 0o644 });
  const backend = { terraform: { backend: { local: { path: 'terraform.tfstate' } } } };
  await writeFile(join(paths.rootModule, overrideName), JSON.stringify(backend), { mode: 0o644 });
  if (Object.keys(content.variables).length > 0)
    await writeFile(join(paths.rootModule, variablesName), JSON.stringify(content.variables), {
      mode: 0o644,
    });
  if (content.state) await writeFile(paths.state, content.state, { mode: 0o600 });
}

/** The folder may lie in the system's shared temporary folder: it must be ours and no link. */
async function makeTemporary(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  const made = await lstat(path);
  if (!made.isDirectory() || made.uid !== process.getuid?.())
    throw new Error(`preparing ${path}: it belongs to somebody else`);
}
