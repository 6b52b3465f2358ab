import { lstat, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { canonicalJson, lockFileName } from '@deployment-engine/contracts';
import { z } from 'zod';
import { writeAtomically } from '../files/atomic-write.ts';
import { readRegular } from '../files/regular-file.ts';
import { sha256 } from '../files/sha256.ts';
import { packageFolders } from './binaries.ts';

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
  /** The provider's versions in the mirror, among which init chose. */
  versions: z.array(z.string()),
});
type ProviderPackage = z.infer<typeof packageSchema>;
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
  const sources = new Set([builtin, ...packages.map(({ folder }) => sourceOf(folder))]);
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
  const packages: ProviderPackage[] = [];
  for (const path of await packageFolders(join(folder, 'providers'))) {
    const found = mirror && (await readLinkedPackage(join(folder, 'providers'), path, mirror));
    if (!found) return undefined;
    packages.push(found);
  }
  const lock = await readRegular(join(rootModule, lockFileName));
  return { packages, lock: lock?.toString('utf8') ?? null, backend: backend.toString('utf8') };
}

/**
 * Leaves in a root module what init left for the same key. Returns false, and changes nothing, if init could choose another
 * package of the mirror now, or if one is no longer what init verified.
 */
export async function restoreInitResult(
  rootModule: string,
  mirror: string | undefined,
  result: InitResult,
): Promise<boolean> {
  for (const known of result.packages) {
    const present = mirror && (await readPackage(known.folder, known.target, mirror).catch(() => undefined));
    if (!present || canonicalJson(present) !== canonicalJson(known)) return false;
  }
  const folder = join(rootModule, '.terraform');
  await mkdir(folder, { mode: 0o755 });
  for (const { folder: path, target } of result.packages) {
    await mkdir(dirname(join(folder, 'providers', path)), { recursive: true, mode: 0o755 });
    await symlink(target, join(folder, 'providers', path));
  }
  await writeFile(join(folder, 'terraform.tfstate'), result.backend, { mode: 0o644, flag: 'wx' });
  const lock = join(rootModule, lockFileName);
  if (result.lock !== null && !(await readRegular(lock))) await writeAtomically(lock, result.lock, 0o644);
  return true;
}

/** Returns `undefined` if the folder is no link into the mirror. */
async function readLinkedPackage(
  root: string,
  folder: string,
  mirror: string,
): Promise<ProviderPackage | undefined> {
  if (!(await lstat(join(root, folder))).isSymbolicLink()) return undefined;
  const target = await realpath(join(root, folder));
  return target.startsWith(join(await realpath(mirror), sep))
    ? readPackage(folder, target, mirror)
    : undefined;
}

async function readPackage(folder: string, target: string, mirror: string): Promise<ProviderPackage> {
  const versions = (await readdir(join(mirror, sourceOf(folder)))).sort();
  return { folder, target, files: await filesOf(target), versions };
}

/** `<host>/<namespace>/<type>` of a package. */
function sourceOf(folder: string): string {
  return folder.split(sep).slice(0, 3).join('/');
}

async function filesOf(folder: string): Promise<z.infer<typeof fileSchema>[]> {
  const found = [];
  for (const name of (await readdir(folder)).sort()) {
    const { dev, ino, size, mtimeMs, ctimeMs } = await lstat(join(folder, name));
    found.push({ name, device: dev, inode: ino, size, modifiedMs: mtimeMs, changedMs: ctimeMs });
  }
  return found;
}
