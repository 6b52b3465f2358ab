import { join, resolve } from 'node:path';
import { writePackage } from './npm-package/write-package.ts';

// Usage: scripts/package-command-line.ts [FOLDER]. Writes the npm package of the command line; publish it from there.
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '../reports/npm-package'));
await writePackage(folder);
console.log(folder);
