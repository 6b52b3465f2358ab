import { lstat, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { isTestFile } from '@deployment-engine/contracts';
import { writeTree } from '../../revisions/store.ts';
import { giveToUser } from '../../sandbox/users.ts';
import { cliConfig } from '../../terraform/cli-config.ts';
import { literalText } from '../../terraform/literal-text.ts';
import type { JobPaths } from '../../workdir/job-paths.ts';

/**
 * Terraform merges override files last, in the order of their names. "~" sorts last, so the engine's settings
 * win; uploaded names cannot begin with "~".
 */
export const overrideName = '~engine_override.tf.json';
export const variablesName = '~engine.auto.tfvars.json';
const importsName = '~engine_imports.tf.json';
const searchName = '~engine_search.tf.json';

export type JobContent = {
  files: Map<string, Uint8Array>;
  variables: Record<string, unknown>;
  state: Uint8Array | undefined;
  /** A plan from another runner. */
  plan: Uint8Array | undefined;
  providerMirror: string | undefined;
  /** Objects to import: an address each and the provider's id. */
  imports: { to: string; id: string }[];
  /** Data sources to read; see `search` of a plan request. */
  search: { name: string; type: string; provider: string; arguments: Record<string, unknown> }[];
  /** The job's own user; `undefined` if runs use the runner's user. */
  user: number | undefined;
  /** Whether a provider already has its socket in the folder of sockets. */
  keepsSockets: boolean;
};

/**
 * Lays out a job's folder from scratch; removes the remains of an earlier attempt, except its runs. The folders stay
 * the same: a provider that was started before the job sees them.
 */
export async function layOutJob(paths: JobPaths, content: JobContent): Promise<void> {
  for (const path of [paths.stateFolder, paths.planFolder])
    await mkdir(path, { recursive: true, mode: 0o700 });
  for (const path of [paths.code, paths.cloud]) await mkdir(path, { recursive: true, mode: 0o755 });
  const old = [...(await contentOf(paths.stateFolder)), ...(await contentOf(paths.code))];
  for (const path of [paths.initialised, paths.plan, paths.planJson, paths.aside, ...old])
    await rm(path, { recursive: true, force: true });
  if (!content.keepsSockets) await makeTemporary(paths.temporary);
  await writeFile(paths.hosts, '127.0.0.1 localhost\n', { mode: 0o644 });
  // Init would fetch modules and providers named by tests, which no policy has checked.
  const tests = [...content.files].filter(([path]) => isTestFile(path));
  await writeTree(paths.aside, new Map(tests));
  await writeTree(paths.code, new Map([...content.files].filter(([path]) => !isTestFile(path))));
  await writeFile(paths.manifest, JSON.stringify([...content.files.keys()]), { mode: 0o600 });
  await writeFile(paths.cliConfig, cliConfig(content.providerMirror), { mode: 0o644 });
  await writeFile(join(paths.rootModule, overrideName), JSON.stringify(backend(paths)), { mode: 0o644 });
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
  if (content.search.length > 0)
    await writeFile(join(paths.rootModule, searchName), JSON.stringify(dataBlocks(content.search)), {
      mode: 0o644,
    });
  if (content.state) await writeFile(paths.state, content.state, { mode: 0o600 });
  if (content.plan) await writeFile(paths.plan, content.plan, { mode: 0o600 });
  const written = [...(content.state ? [paths.state] : []), ...(content.plan ? [paths.plan] : [])];
  if (content.user !== undefined) await giveToUser(paths, written, content.user);
}

async function contentOf(folder: string): Promise<string[]> {
  return (await readdir(folder)).map((name) => join(folder, name));
}

/** The path is relative: a saved plan contains it and may be applied on another runner. */
function backend(paths: JobPaths) {
  return { terraform: { backend: { local: { path: relative(paths.rootModule, paths.state) } } } };
}

/** Escapes the id: Terraform reads strings of JSON configuration as templates. */
function importBlock({ to, id }: { to: string; id: string }): { to: string; id: string } {
  return { to, id: literalText(id) };
}

function dataBlocks(search: JobContent['search']) {
  const data: Record<string, Record<string, unknown>> = {};
  for (const { type, name, provider, arguments: values } of search)
    data[type] = { ...data[type], [name]: { ...(literalValue(values) as object), provider } };
  return { data };
}

function literalValue(value: unknown): unknown {
  if (typeof value === 'string') return literalText(value);
  if (Array.isArray(value)) return value.map(literalValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [literalText(name), literalValue(item)]),
  );
}

/** Creates the folder, possibly below the system's temporary folder: it must be ours and not a link. */
async function makeTemporary(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  const made = await lstat(path);
  if (!made.isDirectory() || made.uid !== process.getuid?.())
    throw new Error(`preparing ${path}: it belongs to somebody else`);
}
