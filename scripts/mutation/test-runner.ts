import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { WarmTests } from './warm-tests.ts';

/** Memory of a test's process, in MiB: a fault may allocate without an end. */
const maxHeapMiB = 1024;
/** In the copy of the project: the mutants that code reaches while it loads. Only a new process can run them. */
const atLoadingFile = '.reached-at-loading.json';
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
  readonly #warm = new Map<string, WarmTests>();
  #atLoading: Set<string> | undefined;

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
    const reachedAtLoading: string[] = [];
    for (const file of testFiles) {
      const coverage = mkdtempSync(join(tmpdir(), 'mutant-coverage-'));
      const start = Date.now();
      const end = await this.#run(file, timeout, { MUTANT_COVERAGE_DIR: coverage }, recording);
      const { hits, atLoading } = readCoverage(coverage);
      perTest[file] = hits;
      reachedAtLoading.push(...atLoading);
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
    writeFileSync(atLoadingFile, JSON.stringify(reachedAtLoading));
    return { status: DryRunStatus.Complete, tests, mutantCoverage: { static: {}, perTest } };
  }

  async mutantRun({ testFilter, activeMutant, timeout }: MutantRunOptions): Promise<MutantRunResult> {
    const start = Date.now();
    const env = { [INSTRUMENTER_CONSTANTS.ACTIVE_MUTANT_ENV_VARIABLE]: activeMutant.id };
    const files = likeliestFirst(testFilter ?? this.#files, activeMutant.fileName);
    this.#atLoading ??= new Set(JSON.parse(readFileSync(atLoadingFile, 'utf8')));
    const failing = this.#atLoading.has(activeMutant.id)
      ? undefined
      : await this.#failingWarm(files, activeMutant.id, start + timeout * 0.4);
    if (failing)
      return { status: MutantRunStatus.Killed, killedBy: [failing], failureMessage: failing, nrOfTests: 1 };
    const deadline = start + timeout * 0.9; // before Stryker's own, which would leave the process running
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
    const child = fork(resolve('scripts/jest/test-process.ts'), forkOptions(env, options));
    this.#running.add(child);
    child.send(this.#fileToRun(file));
    return endOf(child, limitMs).finally(() => this.#running.delete(child));
  }

  #fileToRun(file: string): FileToRun {
    const path = resolve(file);
    const { globalConfig, configs } = this.#configs ?? {};
    const config = configs?.find(({ roots }) => roots.some((root) => path.startsWith(`${root}/`)));
    if (!globalConfig || !config) throw new Error(`running ${file}: no suite of jest.config.ts has it`);
    return { path, globalConfig, config: { ...config } };
  }

  /** Returns the first file that a process that stays has seen fail with the mutant; it needs no new process then. */
  async #failingWarm(files: string[], mutant: string, until: number): Promise<string | undefined> {
    for (const file of files) {
      if (Date.now() > until) return undefined;
      const tests = this.#warm.get(file) ?? new WarmTests(this.#fileToRun(file), forkOptions());
      this.#warm.set(file, tests);
      if ((await tests.run(mutant)) === 'failed') return file;
    }
    return undefined;
  }

  #killAll(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    for (const tests of this.#warm.values()) tests.end();
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

/** Returns how often the processes of a file reached each mutant, and which mutants while loading. */
function readCoverage(directory: string): { hits: MutantCoverage['static']; atLoading: string[] } {
  const hits: MutantCoverage['static'] = {};
  const atLoading: string[] = [];
  for (const name of readdirSync(directory)) {
    const coverage: MutantCoverage = JSON.parse(readFileSync(join(directory, name), 'utf8'));
    atLoading.push(...Object.keys(coverage.static));
    for (const counts of [coverage.static, ...Object.values(coverage.perTest)])
      for (const [mutant, count] of Object.entries(counts)) hits[mutant] = (hits[mutant] ?? 0) + count;
  }
  return { hits, atLoading };
}

function forkOptions(env: Record<string, string> = {}, options: string[] = []): ForkOptions {
  const { NODE_ENV: _setByStryker, ...environment } = process.env;
  return {
    env: { ...environment, NODE_COMPILE_CACHE: resolve('.compile-cache'), ...env },
    execArgv: [`--max-old-space-size=${maxHeapMiB}`, ...options],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  };
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'test-process', TestProcessRunner)];
