import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

export type ProviderBinary = {
  /** For example `registry.terraform.io/hashicorp/aws`. */
  source: string;
  /** With symbolic links resolved. */
  path: string;
};

/**
 * Finds the provider binaries that init has verified and linked:
 * `.terraform/providers/<host>/<namespace>/<type>/<version>/<os_arch>/terraform-provider-<type>…`.
 */
export async function linkedProviders(rootModule: string): Promise<ProviderBinary[]> {
  const root = join(rootModule, '.terraform', 'providers');
  const found: ProviderBinary[] = [];
  for (const folder of await foldersAt(root, 5)) {
    const [host, namespace, type] = folder.split(sep);
    const names = await readdir(join(root, folder)).catch(() => []);
    const name = names.find((candidate) => candidate.startsWith(`terraform-provider-${type}`));
    if (name)
      found.push({
        source: `${host}/${namespace}/${type}`,
        path: await realpath(join(root, folder, name)),
      });
  }
  return found;
}

async function foldersAt(root: string, depth: number): Promise<string[]> {
  let level = [''];
  for (let reached = 0; reached < depth; reached++) {
    const below = level.map(async (folder) =>
      (await readdir(join(root, folder)).catch(() => [])).map((name) => join(folder, name)),
    );
    level = (await Promise.all(below)).flat();
  }
  return level;
}
