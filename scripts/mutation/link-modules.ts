import { mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

// Usage: node link-modules.ts REPOSITORY, in a copy of it. Makes its node_modules: what was installed is linked, and the
// project's own packages are those of the copy, so that faults planted in them are what the tests run.
const installed = join(process.argv[2] ?? '', 'node_modules');
mkdirSync('node_modules/@deployment-engine', { recursive: true });
for (const name of readdirSync(installed))
  if (name !== '@deployment-engine') symlinkSync(join(installed, name), join('node_modules', name));
for (const name of readdirSync(join(installed, '@deployment-engine'))) {
  const real = realpathSync(join(installed, '@deployment-engine', name));
  const own = real.slice(realpathSync(process.argv[2] ?? '').length + 1);
  symlinkSync(join('..', '..', own), join('node_modules/@deployment-engine', name));
}
