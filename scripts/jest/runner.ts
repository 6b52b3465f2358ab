import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';
import type { SerializableError, Test, TestResult } from '@jest/test-result';
import type { Config } from '@jest/types';
import pLimit from 'p-limit';
import { briefly } from '../../testing/child.ts';
import { mostlyWaits } from './slowest-first.ts';
import type { FileReport, FileToRun } from './test-process.ts';

/** Timeout of a whole file, unless one of its tests sets a longer one; a slower file is killed. */
const fileLimitMs = 600_000;
/** How much of a failed file's output is shown, from the end. */
const maxOutputChars = 64 * 1024;

/**
 * Jest's runner. Each test file is a Node process of its own, without a vm context: globals and module state are
 * those of a service, and a file whose process crashes, hangs or stays alive after its tests fails. Files that mostly
 * wait run besides the others, one at a time, from the start.
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
    const { maxWorkers } = this.#globalConfig;
    const limit = pLimit(maxWorkers);
    const besides = maxWorkers > 1 ? pLimit(1) : limit;
    const runOne = async (test: Test) => {
      if (watcher.isInterrupted()) return;
      await onStart(test);
      const { result, problem, output } = await runInProcess(this.#globalConfig, test);
      if (problem || (result?.numFailingTests ?? 0) > 0) process.stderr.write(output);
      if (!result) return onFailure(test, { message: problem ?? '', stack: problem ?? '', type: 'Error' });
      await onResult(test, problem ? withFailure(result, problem) : result);
    };
    await Promise.all(tests.map((test) => (mostlyWaits(test) ? besides : limit)(runOne, test)));
  }
}

type Outcome = { result?: TestResult; problem?: string; output: string };

function runInProcess(globalConfig: Config.GlobalConfig, test: Test): Promise<Outcome> {
  const start = Date.now();
  const child = startProcess();
  const readOutput = collectOutput(child);
  let running = 'before its first test';
  let result: TestResult | undefined;
  let problem: string | undefined;
  const kill = () => {
    problem = `was killed after ${(Date.now() - start) / 1000} s, ${running}`;
    child.kill('SIGKILL');
  };
  let killer = setTimeout(kill, fileLimitMs);
  child.on('message', (report: FileReport) => {
    if (report.kind === 'running') {
      running = `in "${report.name}"`;
      if (report.limitMs <= fileLimitMs) return;
      clearTimeout(killer);
      killer = setTimeout(kill, report.limitMs + fileLimitMs);
    } else if (report.kind === 'result') result = report.result;
    else problem = report.problem;
  });
  child.send({ path: test.path, globalConfig, config: { ...test.context.config } } satisfies FileToRun);

  return new Promise((done) => {
    child.on('exit', (code, signal) => {
      clearTimeout(killer);
      const end = `ended with ${signal ?? `code ${code}`}`;
      if (!result) problem ??= `${end}, ${running}`;
      else if (code !== 0) problem ??= `${end} after its tests`;
      done({
        ...(result && { result: withTimes(result, start) }),
        ...(problem && { problem: `The process of ${test.path} ${problem}` }),
        output: readOutput(),
      });
    });
  });
}

function startProcess(): ChildProcess {
  const { NODE_ENV: _setByJest, ...env } = process.env;
  return fork(resolve(import.meta.dirname, 'test-process.ts'), {
    env,
    execArgv: [...process.execArgv, ...briefly],
    serialization: 'advanced',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

/** Returns a function that closes the streams and returns the end of their output. */
function collectOutput({ stdout, stderr }: ChildProcess): () => string {
  let output = '';
  for (const stream of [stdout, stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = `${output}${text}`.slice(-maxOutputChars);
    });
  return () => {
    stdout?.destroy();
    stderr?.destroy();
    return output;
  };
}

/** Counts the process's whole lifetime, not only the tests. */
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
