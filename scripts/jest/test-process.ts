import { registerHooks } from 'node:module';
import type { Test, TestResult } from '@jest/test-result';
import type { Config } from '@jest/types';
import LightRunner from 'jest-light-runner';
import { limitEachTest } from './time-limits.ts';

/** Sent to this process: the file to run, and Jest's configuration. */
export type FileToRun = { path: string; globalConfig: Config.GlobalConfig; config: Config.ProjectConfig };

/** Sent by this process. A `problem` fails the file. */
export type FileReport =
  | { kind: 'running'; name: string; limitMs: number }
  | { kind: 'result'; result: TestResult }
  | { kind: 'problem'; problem: string };

/** Whatever a file opened must be closed this soon after its tests: timers, sockets, child processes. */
const endLimitMs = 30_000;

process.once('message', runFile);
process.on('disconnect', () => process.exit(1)); // Jest itself has ended
process.channel?.unref();
// jest-light-runner adds the time to a file's address, so that the file's compiled code would never be found again.
const hooks = registerHooks({
  resolve(specifier, context, next) {
    const [path = '', time] = specifier.split('?');
    if (!time || !path.endsWith('.test.ts')) return next(specifier, context);
    const found = next(path, context);
    hooks.deregister();
    return found;
  },
});
const waiting = setTimeout(() => {}, endLimitMs);

/** Runs one test file in this process, which then ends unless the file left something open. */
async function runFile({ path, globalConfig, config }: FileToRun): Promise<void> {
  clearTimeout(waiting);
  limitEachTest((name, limitMs) => report({ kind: 'running', name, limitMs }));
  const runner = new LightRunner({ ...globalConfig, maxWorkers: 1 }); // one worker: in this process
  const test = { path, context: { config } } as Test;
  await runner.runTests(
    [test],
    undefined,
    async () => {},
    async (_, result) => report(resultOrProblem(result)),
    async (_, { stack, message }) => report({ kind: 'problem', problem: `stopped: ${stack ?? message}` }),
  );
  setTimeout(endWithOpenResources, endLimitMs).unref();
}

function resultOrProblem(result: TestResult): FileReport {
  return result.testResults.length > 0
    ? { kind: 'result', result }
    : { kind: 'problem', problem: 'ran no test' };
}

function endWithOpenResources(): void {
  const open = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap');
  const problem = `did not end within ${endLimitMs / 1000} s after its tests; still open: ${open.join(', ')}`;
  process.send?.({ kind: 'problem', problem } satisfies FileReport, () => process.exit(1));
}

function report(message: FileReport): void {
  process.send?.(message);
}
