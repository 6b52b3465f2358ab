import type { Test, TestResult } from '@jest/test-result';
import type { Config } from '@jest/types';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import LightRunner from 'jest-light-runner';
import { limitEachTest } from '../jest/time-limits.ts';

/** Sent once: the file to run, and Jest's configuration. */
export type WarmFile = {
  path: string;
  globalConfig: Config.GlobalConfig;
  config: Config.ProjectConfig;
};
/** Asks for one run, with a mutant or without. */
export type WarmRun = { mutant: string | undefined };

const { NAMESPACE, ACTIVE_MUTANT_ENV_VARIABLE } = INSTRUMENTER_CONSTANTS;
/** For a test with a mutant, whose file has passed in this process: less than a whole file gets (`warm-tests.ts`). */
const testLimitMs = 4000;
let file: WarmFile | undefined;
let active: string | undefined;
let hasFailed = false;

limitEachTest(
  (name) => {
    if (hasFailed && !name.startsWith('after')) throw new Error('not run: a test has failed before');
  },
  {
    defaultLimitMs: () => (active === undefined ? undefined : testLimitMs),
    onFailure: () => {
      hasFailed = true;
    },
  },
);
process.on('disconnect', () => process.exit());
process.on('message', async (message: WarmFile | WarmRun) => {
  if ('path' in message) file = message;
  else process.send?.({ passed: await run(message) });
});

/** Runs the tests of the file again; modules are loaded only for the first run. */
async function run({ mutant }: WarmRun): Promise<boolean> {
  if (!file) return false;
  activate(mutant);
  active = mutant;
  hasFailed = false;
  await new Promise((done) => setTimeout(done, 2)); // the runner tells imports of a file apart by the millisecond
  const { path, config, globalConfig } = file;
  let result: TestResult | undefined;
  await new LightRunner({ ...globalConfig, maxWorkers: 1 }).runTests(
    [{ path, context: { config } } as Test],
    undefined,
    async () => {},
    async (_, ended) => {
      result = ended;
    },
    async () => {},
  );
  const outcomes = result?.testResults ?? [];
  return outcomes.length > 0 && outcomes.every(({ status }) => status !== 'failed');
}

/** The mutated modules keep the object with the active mutant from when they were loaded. */
function activate(mutant: string | undefined): void {
  const global = globalThis as unknown as Record<string, { activeMutant?: string | undefined }>;
  global[NAMESPACE] ??= {};
  global[NAMESPACE].activeMutant = mutant;
  if (mutant === undefined) delete process.env[ACTIVE_MUTANT_ENV_VARIABLE];
  else process.env[ACTIVE_MUTANT_ENV_VARIABLE] = mutant;
}
