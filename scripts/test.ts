import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { bubblewrapProblem } from './sandbox/find-bubblewrap.ts';

const root = resolve(import.meta.dirname, '..');
/** Fast ones first, so that a mistake shows early. */
const suites: Record<string, string[]> = {
  unit: ['contracts', 'gateway/src', 'terraform-runner/src', 'cli/src', 'scripts'],
  service: ['terraform-runner/test', 'gateway/test', 'cli/test'],
  e2e: ['e2e'],
};

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(suites);
const unknown = names.filter((name) => !suites[name]);
if (unknown.length > 0) {
  console.error(`running tests: no suite ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
  process.exit(1);
}
const problem = bubblewrapProblem(console.error);
if (problem) console.error(problem);
const folders = names.flatMap((name) => suites[name] ?? []);
const files = folders.flatMap((folder) => globSync(`${folder}/**/*.test.ts`, { cwd: root }).sort());
const tests = spawn(
  process.execPath,
  [
    '--test',
    '--test-concurrency=2',
    '--test-timeout=600000',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${resolve(import.meta.dirname, 'report-summary.ts')}`,
    '--test-reporter-destination=stdout',
    ...files,
  ],
  { cwd: root, stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal));
tests.on('exit', (code) => process.exit(code ?? 1));
