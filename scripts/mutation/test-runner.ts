import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Config } from '@jest/types';
import { INSTRUMENTER_CONSTANTS, type MutantCoverage } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestRunner,
  TestStatus,
} from '@stryker-mutator/api/test-runner';
import { readConfigs } from 'jest-config';
import type { FileReport, FileToRun } from '../jest/test-process.ts';

/** Memory of a test's process, in MiB: a fault may allocate without an end. */
const maxHeapMiB = 1024;
/** Has a process write which mutants its code reached. */
const recording = ['--import', join(import.meta.dirname, 'record-coverage.ts')];

type JestConfigs = Awaited<ReturnType<typeof readConfigs>>;
type FileEnd = { kind: 'passed' } | { kind: 'failed'; message: string } | { kind: 'timeout' };

/**
 * Runs each test file in a Node process of its own, as Jest's runner does. It starts no Jest, which would take a second for
 * each mutant. Stryker sees one file as one test.
 */
class TestProcessRunner implements TestRunner {
  readonly #running = new Set<ChildProcess>();
  #configs: JestConfigs | undefined;
  #files: string[] = [];

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init(): Promise<void> {
    const argv = { _: [], $0: '' } as unknown as Config.Argv;
    this.#configs = await readConfigs(argv, [resolve('jest.config.ts')]);
    process.on('exit', () => this.#killAll());
  }

  async dispose(): Promise<void> {
    this.#killAll();
  }

  async dryRun({ timeout, testFiles = [] }: DryRunOptions): Promise<DryRunResult> {
    this.#files = testFiles;
    const tests = [];
    const perTest: MutantCoverage['perTest'] = {};
    for (const file of testFiles) {
      const coverage = mkdtempSync(join(tmpdir(), 'mutant-coverage-'));
      const start = Date.now();
      const end = await this.#run(file, timeout, { MUTANT_COVERAGE_DIR: coverage }, recording);
      perTest[file] = readCoverage(coverage);
      rmSync(coverage, { recursive: true });
      const result = { id: file, name: file, fileName: file, timeSpentMs: Date.now() - start };
      if (end.kind === 'timeout') return { status: DryRunStatus.Timeout, reason: `${file} did not end` };
      if (end.kind === 'passed') tests.push({ ...result, status: TestStatus.Success as const });
      else
        tests.push({
          ...result,
          status: TestStatus.Failed as const,
          failureMessage: `${file}: ${end.message}`,
        });
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: { static: {}, perTest } };
  }

  async mutantRun({ testFilter, activeMutant, timeout }: MutantRunOptions): Promise<MutantRunResult> {
    const env = { [INSTRUMENTER_CONSTANTS.ACTIVE_MUTANT_ENV_VARIABLE]: activeMutant.id };
    const files = likeliestFirst(testFilter ?? this.#files, activeMutant.fileName);
    const deadline = Date.now() + timeout * 0.9; // before Stryker's own, which would leave the process running
    for (const file of files) {
      const end = await this.#run(file, deadline - Date.now(), env);
      if (end.kind === 'timeout') return { status: MutantRunStatus.Timeout };
      if (end.kind === 'failed')
        return {
          status: MutantRunStatus.Killed,
          killedBy: [file],
          failureMessage: end.message,
          nrOfTests: files.indexOf(file) + 1,
        };
    }
    return { status: MutantRunStatus.Survived, nrOfTests: files.length };
  }

  #run(file: string, limitMs: number, env: Record<string, string>, options: string[] = []): Promise<FileEnd> {
    const path = resolve(file);
    const { globalConfig, configs } = this.#configs ?? {};
    const config = configs?.find(({ roots }) => roots.some((root) => path.startsWith(`${root}/`)));
    if (!globalConfig || !config) throw new Error(`running ${file}: no suite of jest.config.ts has it`);
    const { NODE_ENV: _setByStryker, ...environment } = process.env;
    const child = fork(resolve('scripts/jest/test-process.ts'), {
      env: { ...environment, NODE_COMPILE_CACHE: resolve('.compile-cache'), ...env },
      execArgv: [`--max-old-space-size=${maxHeapMiB}`, ...options],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#running.add(child);
    child.send({ path, globalConfig, config: { ...config } } satisfies FileToRun);
    return endOf(child, limitMs).finally(() => this.#running.delete(child));
  }

  #killAll(): void {
    for (const child of this.#running) child.kill('SIGKILL');
  }
}

function endOf(child: ChildProcess, limitMs: number): Promise<FileEnd> {
  let end: FileEnd = { kind: 'failed', message: 'its process ended without a result' };
  child.on('message', (report: FileReport) => {
    if (report.kind === 'problem') end = { kind: 'failed', message: report.problem };
    if (report.kind !== 'result') return;
    const failed = report.result.testResults.find(({ status }) => status === 'failed');
    end = failed
      ? { kind: 'failed', message: `${failed.title}: ${failed.failureMessages.join('\n')}` }
      : { kind: 'passed' };
    if (failed) child.kill('SIGKILL');
  });
  return new Promise((done) => {
    const timer = setTimeout(
      () => {
        end = { kind: 'timeout' };
        child.kill('SIGKILL');
      },
      Math.max(1, limitMs),
    );
    child.on('exit', (code) => {
      clearTimeout(timer);
      done(
        end.kind === 'passed' && code !== 0 ? { kind: 'failed', message: `ended with code ${code}` } : end,
      );
    });
  });
}

/** Returns the tests with the one that is named like the mutant's file first: it notices most mutants. */
function likeliestFirst(files: string[], source: string): string[] {
  const own = `/${basename(source, '.ts')}.test.ts`;
  return files.toSorted((a, b) => Number(b.endsWith(own)) - Number(a.endsWith(own)));
}

/** Returns how often the processes of a file reached each mutant, while loading or in tests. */
function readCoverage(directory: string): MutantCoverage['static'] {
  const hits: MutantCoverage['static'] = {};
  for (const name of readdirSync(directory)) {
    const coverage: MutantCoverage = JSON.parse(readFileSync(join(directory, name), 'utf8'));
    for (const counts of [coverage.static, ...Object.values(coverage.perTest)])
      for (const [mutant, count] of Object.entries(counts)) hits[mutant] = (hits[mutant] ?? 0) + count;
  }
  return hits;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'test-process', TestProcessRunner)];
