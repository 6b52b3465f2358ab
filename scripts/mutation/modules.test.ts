import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { vitalModules } from './modules.ts';

const root = resolve(import.meta.dirname, '../..');

test.each(Object.entries(vitalModules))('%s: each of its globs finds files', (_name, { mutate, tests }) => {
  for (const glob of [...mutate, ...tests])
    expect([glob, globSync(glob, { cwd: root }).length > 0]).toStrictEqual([glob, true]);
});
