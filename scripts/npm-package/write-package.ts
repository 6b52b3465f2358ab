import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundleCommandLine } from './bundle.ts';
import { licencesOf } from './licences.ts';

const root = resolve(import.meta.dirname, '../..');

const bin = `#!/usr/bin/env node
import module from 'node:module';

module.enableCompileCache?.();
await import('../lib/main.js');
`;

/** Writes the npm package of the command line into a folder, which it replaces. It needs no other package. */
export async function writePackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'bin'), { recursive: true });
  const modules = await bundleCommandLine(join(folder, 'lib'));
  const { name, version, license, type } = JSON.parse(await readFile(join(root, 'cli/package.json'), 'utf8'));
  const manifest = {
    ...{ name, version, description: 'Command line of the Deployment Engine', license, type },
    bin: { deployer: 'bin/deployer.js' },
    engines: { node: '>=20.19' },
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder, 'bin/deployer.js'), bin);
  await chmod(join(folder, 'bin/deployer.js'), 0o755);
  await writeFile(join(folder, 'THIRD-PARTY-LICENSES'), licencesOf(modules));
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  await copyFile(join(root, 'cli/README.md'), join(folder, 'README.md'));
}
