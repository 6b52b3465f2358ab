import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';

export type ProviderBinary = {
  /** For example `registry.terraform.io/hashicorp/aws`. */
  source: string;
  /** With symbolic links resolved. */
  path: string;
};

/** Host, namespace, type, version, platform. */
const packageDepth = 5;

/**
 * Finds the provider binaries that init has verified and linked:
 * `.terraform/providers/<host>/<namespace>/<type>/<version>/<os_arch>/terraform-provider-<type>…`.
 */
export async function linkedProviders(rootModule: string): Promise<ProviderBinary[]> {
  const root = join(rootModule, '.terraform', 'providers');
  const found: ProviderBinary[] = [];
  for (const folder of await packageFolders(root)) {
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

/** Returns the folders of provider packages below `.terraform/providers`, relative to it. */
export async function packageFolders(root: string): Promise<string[]> {
  let level = [''];
  for (let depth = 0; depth < packageDepth; depth++) {
    const below = level.map(async (folder) =>
      (await readdir(join(root, folder)).catch(() => [])).map((name) => join(folder, name)),
    );
    level = (await Promise.all(below)).flat();
  }
  return level;
}
