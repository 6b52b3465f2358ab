import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import type { SerializableError, Test, TestResult } from '@jest/test-result';
import type { Config } from '@jest/types';
import pLimit from 'p-limit';
import type { FileReport, FileToRun } from './test-process.ts';

/** Limit of a whole file; one that needs longer is killed. */
const fileLimitMs = 600_000;
/** Bytes of a file's output that are shown when it fails, from the end. */
const maxOutputBytes = 64 * 1024;

/**
 * Jest's runner. Each test file is a Node process of its own, without a vm context: globals and module state are
 * those of a service, and a file whose process crashes, hangs or stays alive after its tests fails.
 */
export default class Runner {
  readonly isSerial = false;
  readonly supportsEventEmitters = false;
  readonly #globalConfig: Config.GlobalConfig;

  constructor(globalConfig: Config.GlobalConfig) {
    this.#globalConfig = globalConfig;
  }

  async runTests(
    tests: Test[],
    watcher: { isInterrupted(): boolean },
    onStart: (test: Test) => Promise<void>,
    onResult: (test: Test, result: TestResult) => Promise<void>,
    onFailure: (test: Test, error: SerializableError) => Promise<void>,
  ): Promise<void> {
    const limit = pLimit(this.#globalConfig.maxWorkers);
    const runOne = async (test: Test) => {
      if (watcher.isInterrupted()) return;
      await onStart(test);
      const { result, problem, output } = await runInProcess(this.#globalConfig, test);
      if (problem || (result?.numFailingTests ?? 0) > 0) process.stderr.write(output);
      if (!result) return onFailure(test, { message: problem ?? '', stack: problem ?? '', type: 'Error' });
      await onResult(test, problem ? withFailure(result, problem) : result);
    };
    await Promise.all(tests.map((test) => limit(runOne, test)));
  }
}

type Outcome = { result?: TestResult; problem?: string; output: string };

function runInProcess(globalConfig: Config.GlobalConfig, test: Test): Promise<Outcome> {
  const { NODE_ENV: _setByJest, ...env } = process.env;
  const start = Date.now();
  const child = fork(resolve(import.meta.dirname, 'test-process.ts'), {
    env,
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const keep = (text: string) => {
    output = `${output}${text}`.slice(-maxOutputBytes);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', keep);

  let running = 'before its first test';
  let result: TestResult | undefined;
  let problem: string | undefined;
  const killer = setTimeout(() => {
    problem = `was killed after ${fileLimitMs / 1000} s, ${running}`;
    child.kill('SIGKILL');
  }, fileLimitMs);
  child.on('message', (report: FileReport) => {
    if (report.kind === 'running') running = `in "${report.name}"`;
    else if (report.kind === 'result') result = report.result;
    else problem = report.problem;
  });
  const { config } = test.context;
  child.send({ path: test.path, globalConfig, config: { ...config } } satisfies FileToRun);

  return new Promise((done) => {
    child.on('error', (error) => {
      problem ??= error.message;
    });
    child.on('exit', (code, signal) => {
      clearTimeout(killer);
      if (!result) problem ??= `ended with ${signal ?? `code ${code}`}, ${running}`;
      else if (code !== 0) problem ??= `ended with ${signal ?? `code ${code}`} after its tests`;
      child.stdout?.destroy();
      child.stderr?.destroy();
      done({
        ...(result && { result: withTimes(result, start) }),
        ...(problem && { problem: `The process of ${test.path} ${problem}` }),
        output,
      });
    });
  });
}

/** Counts the whole life of the process, not the tests alone. */
function withTimes(result: TestResult, start: number): TestResult {
  const end = Date.now();
  return { ...result, perfStats: { ...result.perfStats, start, end, runtime: end - start } };
}

function withFailure(result: TestResult, problem: string): TestResult {
  const title = 'the process of the file ends with its tests';
  const failure = {
    ancestorTitles: [],
    failureDetails: [],
    failureMessages: [problem],
    fullName: title,
    numPassingAsserts: 0,
    status: 'failed' as const,
    title,
  };
  return {
    ...result,
    failureMessage: `${result.failureMessage ?? ''}\n${problem}\n`,
    numFailingTests: result.numFailingTests + 1,
    testResults: [...result.testResults, failure],
  };
}
