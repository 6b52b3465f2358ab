import { lstat, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { canonicalJson, lockFileName } from '@deployment-engine/contracts';
import { z } from 'zod';
import { readRegular } from '../files/regular-file.ts';
import { sha256 } from '../files/sha256.ts';

const fileSchema = z.object({
  name: z.string(),
  device: z.number(),
  inode: z.number(),
  size: z.number(),
  modifiedMs: z.number(),
  changedMs: z.number(),
});
const packageSchema = z.object({
  /** Below `.terraform/providers`: host, namespace, type, version, platform. */
  folder: z.string(),
  /** The package in the operator's mirror. */
  target: z.string(),
  /** Its files as they were when init verified them. */
  files: z.array(fileSchema),
});
export const initResultSchema = z.object({
  packages: z.array(packageSchema),
  /** The lock file that init wrote; `null` if it wrote none. */
  lock: z.string().nullable(),
  /** The backend that init recorded. */
  backend: z.string(),
});
/** What `terraform init` left in a working folder, as far as it follows from what init read. */
export type InitResult = z.infer<typeof initResultSchema>;

/** The provider inside Terraform itself. */
const builtin = 'terraform.io/builtin/terraform';
/** Path depth of a package below `.terraform/providers`. */
const packageDepth = 5;

/**
 * Returns a key of what init reads, but for the state: the program, the mirror, the code with its root module. All of the
 * code counts, not only its providers: init refuses code that is wrong elsewhere, too.
 */
export function initKey(reads: {
  terraform: { version: string; path: string };
  mirror: string | undefined;
  rootModule: string;
  revisionDigest: string;
}): string {
  const { version, path } = reads.terraform;
  return sha256(
    canonicalJson({
      terraform: [version, path],
      mirror: reads.mirror ?? null,
      rootModule: reads.rootModule,
      code: reads.revisionDigest,
    }),
  );
}

/**
 * Whether the result has the providers of all resources of a state, which init installs too. Their addresses are like
 * `module.a.provider["registry.terraform.io/hashicorp/aws"].alias`.
 */
export function coversState({ packages }: InitResult, stateProviders: string[]): boolean {
  const sources = new Set([
    builtin,
    ...packages.map(({ folder }) => folder.split('/').slice(0, 3).join('/')),
  ]);
  return stateProviders.every((address) => sources.has(/provider\["([^"]+)"\]/.exec(address)?.[1] ?? ''));
}

/**
 * Reads what init left in a root module. Returns `undefined` if it left more than links to packages of the mirror, a lock
 * file and the backend: modules and downloaded providers lie in the job's own folder and end with it.
 */
export async function readInitResult(
  rootModule: string,
  mirror: string | undefined,
): Promise<InitResult | undefined> {
  const folder = join(rootModule, '.terraform');
  const names = (await readdir(folder)).filter((name) => name !== 'terraform.tfstate');
  const backend = await readRegular(join(folder, 'terraform.tfstate'));
  if (!backend || names.some((name) => name !== 'providers')) return undefined;
  const packages = [];
  for (const path of names.length > 0 ? await foldersAt(join(folder, 'providers')) : []) {
    const found = mirror && (await readPackage(join(folder, 'providers'), path, await realpath(mirror)));
    if (!found) return undefined;
    packages.push(found);
  }
  const lock = await readRegular(join(rootModule, lockFileName));
  return { packages, lock: lock?.toString('utf8') ?? null, backend: backend.toString('utf8') };
}

/**
 * Leaves in a root module what init left for the same key. Returns false, and changes nothing, if a package of the mirror is
 * no longer the one that init verified.
 */
export async function restoreInitResult(rootModule: string, result: InitResult): Promise<boolean> {
  for (const { target, files } of result.packages)
    if (canonicalJson(await filesOf(target).catch(() => [])) !== canonicalJson(files)) return false;
  const folder = join(rootModule, '.terraform');
  await mkdir(folder, { mode: 0o755 });
  for (const { folder: path, target } of result.packages) {
    await mkdir(dirname(join(folder, 'providers', path)), { recursive: true, mode: 0o755 });
    await symlink(target, join(folder, 'providers', path));
  }
  await writeFile(join(folder, 'terraform.tfstate'), result.backend, { mode: 0o644, flag: 'wx' });
  const lock = join(rootModule, lockFileName);
  if (result.lock !== null && !(await readRegular(lock)))
    await writeFile(lock, result.lock, { mode: 0o644, flag: 'wx' });
  return true;
}

async function readPackage(root: string, path: string, mirror: string) {
  if (!(await lstat(join(root, path))).isSymbolicLink()) return undefined;
  const target = await realpath(join(root, path));
  return target.startsWith(join(mirror, sep))
    ? { folder: path, target, files: await filesOf(target) }
    : undefined;
}

async function filesOf(folder: string): Promise<z.infer<typeof fileSchema>[]> {
  const found = [];
  for (const name of (await readdir(folder)).sort()) {
    const { dev, ino, size, mtimeMs, ctimeMs } = await lstat(join(folder, name));
    found.push({ name, device: dev, inode: ino, size, modifiedMs: mtimeMs, changedMs: ctimeMs });
  }
  return found;
}

async function foldersAt(root: string): Promise<string[]> {
  let level = [''];
  for (let reached = 0; reached < packageDepth; reached++) {
    const below = level.map(async (folder) =>
      (await readdir(join(root, folder))).map((name) => join(folder, name)),
    );
    level = (await Promise.all(below)).flat();
  }
  return level;
}
