import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { maxRepositoryBytes } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { AnswerTo, Question, Reply } from './resolver-messages.ts';

/** A busy machine takes long to start a process and to read the kinds. */
const startTimeoutMs = 120_000;

/** Recursion over nested YAML needs more than Node's usual stack of 1 MB; systems give a process 8 MB. */
const stackKilobytes = 3900;

export type StackResolverOptions = {
  timeoutMs?: number;
  maxMemoryMb?: number;
  /** Folder with the operator's own kinds. */
  kindsDir?: string | undefined;
  /** Bound on what waiting requests hold in memory together, in UTF-16 units. Default: eight of the largest repositories. */
  maxWaitingUnits?: number;
};

/**
 * Resolves stacks in a process of its own, one at a time, so that a large or hostile repository neither blocks the event
 * loop nor takes the gateway's memory. A thread is not enough: if it allocates faster than its limit is looked at, the
 * whole process aborts. The process is started by the first question and then kept.
 */
export class StackResolver {
  readonly #timeoutMs: number;
  readonly #maxMemoryMb: number;
  #child: ChildProcess | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #waitingUnits = 0;

  readonly #kindsDir: string | undefined;
  readonly #maxWaitingUnits: number;

  constructor({
    timeoutMs = 20_000,
    maxMemoryMb = 1024,
    kindsDir,
    maxWaitingUnits = 8 * maxRepositoryBytes,
  }: StackResolverOptions = {}) {
    this.#maxWaitingUnits = maxWaitingUnits;
    this.#timeoutMs = timeoutMs;
    this.#kindsDir = kindsDir;
    this.#maxMemoryMb = maxMemoryMb;
  }

  /** Throws `no_capacity` if too many questions wait, and `stack_too_complex` if one takes too long or too much. */
  async ask<Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>> {
    const units = unitsOf(question);
    if (this.#waitingUnits + units > this.#maxWaitingUnits)
      throw new DomainError('no_capacity', 'resolving the stack: too many requests wait; try again later');
    this.#waitingUnits += units;
    const answer = this.#last.then(() => this.#answer(question));
    this.#last = answer.catch(() => undefined);
    try {
      return (await answer) as AnswerTo<Asked>;
    } finally {
      this.#waitingUnits -= units;
    }
  }

  /** The time that a new process needs to start does not count as that of the question. */
  async #answer(question: Question): Promise<unknown> {
    const known = this.#child;
    if (known?.connected && isRunning(known)) return exchange(known, question, this.#timeoutMs);
    const child = this.#start();
    await exchange(child, { type: 'start' }, startTimeoutMs);
    return exchange(child, question, this.#timeoutMs);
  }

  #start(): ChildProcess {
    const { NODE_COMPILE_CACHE: compiled } = process.env;
    const child = fork(new URL('./resolver-process.ts', import.meta.url), {
      env: {
        ...(compiled ? { NODE_COMPILE_CACHE: compiled } : {}),
        ...(this.#kindsDir ? { KINDS_DIR: this.#kindsDir } : {}),
      },
      execArgv: [`--max-old-space-size=${this.#maxMemoryMb}`, `--stack-size=${stackKilobytes}`],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.on('error', () => {}); // told by the question that it belongs to
    this.#child = child;
    return child;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    const child = this.#child;
    if (!child || !isRunning(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

async function exchange(child: ChildProcess, question: Question, timeoutMs: number): Promise<unknown> {
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const onExit = (code: number | null) => reject(asRefusal(code));
  child.once('message', resolve).once('error', reject).once('exit', onExit);
  child.ref();
  child.channel?.ref();
  child.send(question, (error) => error && reject(error));
  try {
    const reply = await promise;
    if ('failure' in reply) throw new Error(`resolving the stack: ${reply.failure}`);
    return reply.answer;
  } finally {
    clearTimeout(timer);
    child.unref();
    child.channel?.unref();
    child.off('message', resolve).off('error', reject).off('exit', onExit);
  }
}

function unitsOf(question: Question): number {
  if (!('files' in question)) return 0;
  let units = 0;
  for (const [path, text] of question.files) units += path.length + text.length;
  return units;
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** The process is killed by the timeout, or aborts at its memory limit; an exit code comes from an error in this code. */
function asRefusal(code: number | null): Error {
  if (code !== null) return new Error(`resolving the stack: its process ended with code ${code}`);
  return new DomainError(
    'stack_too_complex',
    'resolving the stack: it needs too much time or memory; look for YAML aliases and lists that repeat, or split the stack',
  );
}
