import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { vitalModules } from './modules.ts';
import { shareDatabase } from './shared-database.ts';
import { summaryOf } from './summary.ts';

// Usage: scripts/mutation/main.ts [MODULE…]. Plants faults in the vital modules, one at a time, and runs their tests.
const root = resolve(import.meta.dirname, '../..');
const given = process.argv.slice(2);
const unknown = given.filter((name) => !Object.hasOwn(vitalModules, name));
if (unknown.length > 0) {
  console.error(
    `testing by mutation: no module is called ${unknown.join(', ')}; known: ${Object.keys(vitalModules).join(', ')}`,
  );
  process.exit(2);
}

await using _database = await shareDatabase();
for (const [name, { mutate, tests }] of Object.entries(vitalModules)) {
  if (given.length > 0 && !given.includes(name)) continue;
  const mutants = await plant(mutate, testFiles(tests));
  const summary = summaryOf(name, mutants);
  mkdirSync(join(root, 'reports/mutation'), { recursive: true });
  writeFileSync(join(root, `reports/mutation/${name}.md`), summary.details);
  console.log(summary.line);
}

async function plant(mutate: string[], tests: string[]): Promise<MutantResult[]> {
  const stryker = new Stryker({
    mutate: [...mutate, '!**/*.test.ts'],
    testRunner: 'test-process',
    plugins: [join(import.meta.dirname, 'test-runner.ts')],
    testFiles: tests,
    buildCommand: `node ${join(import.meta.dirname, 'link-modules.ts')} ${root}`,
    symlinkNodeModules: false,
    ignorePatterns: ['/data', '/workspaces', '/reports', '/bench', '/.git'],
    // Texts of messages: a test that holds each word of them would only repeat them.
    mutator: { excludedMutations: ['StringLiteral'] },
    tsconfigFile: 'none', // it would be rewritten, with an interface that TypeScript 7 does not have
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 40_000, // a busy machine must not pass for a loop
    reporters: ['progress-append-only'],
    thresholds: { high: 85, low: 85, break: null },
    logLevel: 'warn',
  } as ConstructorParameters<typeof Stryker>[0]);
  return stryker.runMutationTest();
}

function testFiles(globs: string[]): string[] {
  return globs.flatMap((pattern) => {
    const files = globSync(pattern, { cwd: root });
    if (files.length === 0) throw new Error(`testing by mutation: no test file matches ${pattern}`);
    return files;
  });
}
