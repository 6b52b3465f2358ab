import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { makeImage } from '../gateway/src/server/database/image.ts';
import { byNameOnly, suites } from '../jest.config.ts';
import { startNursery } from '../testing/local-aws.ts';
import { bubblewrapProblem } from './sandbox/find-bubblewrap.ts';

// Usage: scripts/test.ts [SUITE…] [PATH or option of Jest…]. Without a suite all run but `slow`.
const root = resolve(import.meta.dirname, '..');
const given = process.argv.slice(2);
const names = given.filter((name) => Object.hasOwn(suites, name));
const forJest = given.filter((name) => !names.includes(name));

const problem = bubblewrapProblem(console.error);
if (problem) console.error(problem);
await makeImage(); // a migration may have changed since the installation
const chosen = names.length > 0 ? names : Object.keys(suites).filter((name) => name !== byNameOnly);
const nursery = chosen.some((name) => name !== 'unit') ? await startNursery() : undefined;
const jest = spawn(
  process.execPath,
  [resolve(root, 'node_modules/jest/bin/jest.js'), ...forJest, '--selectProjects', ...chosen],
  { cwd: root, env: { ...process.env, ...nursery?.env }, stdio: ['inherit', 'inherit', 1] }, // one stream, so that the summary comes last
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => jest.kill(signal));
jest.on('exit', async (code) => {
  await nursery?.stop();
  process.exit(code ?? 1);
});
