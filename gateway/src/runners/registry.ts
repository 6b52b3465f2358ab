import type { Capacity } from '@deployment-engine/runner-api';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'winston';
import { createRunnerClient, type RunnerClient } from './client.ts';
import { jobIdOfRun } from './run-id.ts';
import type { ClientTls } from './send-signed.ts';

const pollMs = 1000;

export type RunnerState = {
  client: RunnerClient;
  capacity: Capacity | undefined;
  /** Why the runner can't be used, or `undefined` while it answers. */
  problem: string | undefined;
  /** When the runner last answered, epoch milliseconds; 0 before the first answer. */
  lastSeenAt: number;
  /** Jobs of this gateway on this runner. */
  reserved: Set<string>;
  /** Jobs of this gateway that have released their slot; a capacity answer may still contain their runs. */
  released: LRUCache<string, true>;
};

/** The runners that this gateway knows, their free slots, and the slots reserved for its jobs. */
export type RunnerRegistry = {
  start(): Promise<void>;
  /** Reserves a slot on the runner with the most free slots; `undefined` if none is free. */
  reserve(jobId: string): RunnerState | undefined;
  /** Reserves a slot on the given runner, for a job that is already on it, even if it is full or unknown. */
  reserveOn(runnerUrl: string, jobId: string): RunnerState;
  release(jobId: string): void;
  hasFreeSlot(): boolean;
  /** Returns one sentence on why no job can start now. */
  whyNoSlot(): string;
  runners(): RunnerState[];
  refresh(): Promise<void>;
  onChange(listener: () => void): void;
  [Symbol.asyncDispose](): Promise<void>;
};

export function createRunnerRegistry(options: {
  /** Runners from the settings. */
  urls: string[];
  /** Returns runners that have recently sent a heartbeat. */
  registered: () => Promise<string[]>;
  token: string;
  /** For runners that serve TLS. */
  tls: ClientTls | undefined;
  logger: Logger;
}): RunnerRegistry {
  const runners: RunnerState[] = options.urls.map((url) => newRunner(url, options));
  const listeners: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function find(url: string): RunnerState {
    const known = runners.find((runner) => runner.client.url === url);
    if (known) return known;
    const added = newRunner(url, options);
    runners.push(added);
    return added;
  }

  async function refresh(): Promise<void> {
    const registered = await options.registered();
    for (const url of registered) find(url);
    forgetGone(runners, [...options.urls, ...registered]);
    const before = runners.map(freeSlots).join();
    await Promise.all(runners.map((runner) => poll(runner, options.logger)));
    if (runners.map(freeSlots).join() !== before) for (const listener of listeners) listener();
  }

  async function loop(): Promise<void> {
    // Errors are caught, as otherwise the loop would end and the runners' states would never be updated.
    await refresh().catch((error) => options.logger.warn('asking the runners', { error }));
    if (!closed) timer = setTimeout(() => void loop(), pollMs);
  }

  return {
    start: loop,
    reserve(jobId) {
      const freest = freestOf(runners);
      freest?.reserved.add(jobId);
      return freest;
    },
    reserveOn(runnerUrl, jobId) {
      const runner = find(runnerUrl);
      runner.reserved.add(jobId);
      return runner;
    },
    release(jobId) {
      for (const runner of runners) if (runner.reserved.delete(jobId)) runner.released.set(jobId, true);
    },
    hasFreeSlot: () => runners.some((runner) => freeSlots(runner) > 0),
    whyNoSlot: () => whyNoSlot(runners),
    runners: () => runners,
    refresh,
    onChange: (listener) => void listeners.push(listener),
    async [Symbol.asyncDispose]() {
      closed = true;
      clearTimeout(timer);
    },
  };
}

/** Removes runners that are gone for good, for example because there are fewer of them now. */
function forgetGone(runners: RunnerState[], known: string[]): void {
  for (const runner of [...runners]) {
    const isGone = runner.problem && runner.reserved.size === 0 && !known.includes(runner.client.url);
    if (isGone) runners.splice(runners.indexOf(runner), 1);
  }
}

function newRunner(url: string, { token, tls }: { token: string; tls: ClientTls | undefined }): RunnerState {
  return {
    client: createRunnerClient(url, token, tls),
    capacity: undefined,
    problem: `the runner at ${url} has not answered yet`,
    lastSeenAt: 0,
    reserved: new Set(),
    released: new LRUCache({ max: 1000 }),
  };
}

async function poll(runner: RunnerState, logger: Logger): Promise<void> {
  try {
    runner.capacity = await runner.client.capacity();
    if (runner.problem && runner.lastSeenAt > 0)
      logger.info('the runner is back', { runner: runner.client.url });
    runner.problem = undefined;
    runner.lastSeenAt = Date.now();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    if (!runner.problem) logger.warn('the runner does not answer', { runner: runner.client.url, problem });
    runner.problem = problem;
  }
}

/** Returns the runner with the most free slots; `undefined` if none has one. */
function freestOf(runners: RunnerState[]): RunnerState | undefined {
  const freest = runners.toSorted((a, b) => freeSlots(b) - freeSlots(a))[0];
  return freest && freeSlots(freest) > 0 ? freest : undefined;
}

function whyNoSlot(runners: RunnerState[]): string {
  if (runners.length === 0) return 'no runner has registered yet; the job starts when one has';
  if (runners.some((runner) => !runner.problem))
    return 'all runner slots are taken; the job starts when one is free';
  return `${runners.map((runner) => runner.problem).join('; ')}; the job starts when the runner answers again`;
}

/** Whether new work may go to a runner. One that is stopping says that nothing is free, although slots are. */
export function isUsable({ problem, capacity }: RunnerState): boolean {
  return (
    !problem && capacity !== undefined && !(capacity.free === 0 && capacity.runs.length < capacity.slots)
  );
}

/** Notes at once that a runner does not answer; it is asked again soon. */
export function noteGone(runner: RunnerState, problem: string): void {
  runner.problem = problem;
}

/** Notes at once that a runner is stopping; its next answer says so as well. */
export function noteStopping(runner: RunnerState): void {
  if (runner.capacity) runner.capacity = { ...runner.capacity, free: 0 };
}

/** Returns the number of slots used neither by this gateway's jobs nor by other runs. */
function freeSlots(runner: RunnerState): number {
  if (!runner.capacity || !isUsable(runner)) return 0;
  const foreign = runner.capacity.runs
    .map(jobIdOfRun)
    .filter((id) => !runner.reserved.has(id) && !runner.released.has(id));
  return runner.capacity.slots - foreign.length - runner.reserved.size;
}
