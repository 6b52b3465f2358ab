import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';
import type { WarmFile, WarmRun } from './warm-process.ts';

/** After these a new process decides. */
const startLimitMs = 20_000;
const runLimitMs = 8000;

/** `failed`: the file fails with the mutant, and passed right before and after it without one. */
type Verdict = 'passed' | 'failed' | 'unsure';

/** Repeats one test file in a process that stays, which takes a small part of the time of a new process. */
export class WarmTests {
  readonly #file: WarmFile;
  readonly #options: Parameters<typeof fork>[2];
  #process: ChildProcess | undefined;

  constructor(file: WarmFile, options: Parameters<typeof fork>[2]) {
    this.#file = file;
    this.#options = options;
  }

  async run(mutant: string): Promise<Verdict> {
    if (!this.#process && !(await this.#start())) return this.#end();
    const passed = await this.#ask({ mutant }, runLimitMs);
    if (passed) return 'passed';
    const isIntact = passed === false && (await this.#ask({ mutant: undefined }, runLimitMs));
    return isIntact ? 'failed' : this.#end();
  }

  /** Ends the process: what a mutant left in it may have an effect on later runs. */
  end(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }

  #end(): Verdict {
    this.end();
    return 'unsure';
  }

  async #start(): Promise<boolean> {
    this.#process = fork(resolve('scripts/mutation/warm-process.ts'), this.#options);
    this.#process.send(this.#file);
    return (await this.#ask({ mutant: undefined }, startLimitMs)) === true;
  }

  /** Returns whether the file passes; `undefined` if its process ends or does not answer. */
  #ask(request: WarmRun, limitMs: number): Promise<boolean | undefined> {
    const child = this.#process;
    return new Promise((done) => {
      const finish = (passed?: boolean) => {
        clearTimeout(timer);
        child?.removeAllListeners();
        done(passed);
      };
      const timer = setTimeout(finish, limitMs);
      child?.once('message', ({ passed }: { passed: boolean }) => finish(passed));
      child?.once('exit', () => finish());
      child?.once('error', () => finish());
      child?.send(request);
    });
  }
}
