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
const importsName = '~engine_imports.tf.json';

export type JobContent = {
  files: Map<string, Uint8Array>;
  variables: Record<string, unknown>;
  state: Uint8Array | undefined;
  providerMirror: string | undefined;
  /** Objects to bring under management: an address each and the provider's id. */
  imports: { to: string; id: string }[];
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
  if (content.imports.length > 0)
    await writeFile(
      join(paths.rootModule, importsName),
      JSON.stringify({ import: content.imports.map(importBlock) }),
      {
        mode: 0o644,
      },
    );
  if (content.state) await writeFile(paths.state, content.state, { mode: 0o600 });
}

/** An id is text, but Terraform reads strings of JSON configuration as templates. */
function importBlock({ to, id }: { to: string; id: string }): { to: string; id: string } {
  return { to, id: id.replaceAll('${', '$${').replaceAll('%{', '%%{') };
}

/** The folder may lie in the system's shared temporary folder: it must be ours and no link. */
async function makeTemporary(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  const made = await lstat(path);
  if (!made.isDirectory() || made.uid !== process.getuid?.())
    throw new Error(`preparing ${path}: it belongs to somebody else`);
}
