import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '..');
const readyMs = 60_000;
const stopMs = 20_000;
const firstDelayMs = 1000;
const maxDelayMs = 30_000;
/** A service that has run this long is healthy: the restart delay starts from the beginning. */
const soundMs = 60_000;
/** More restarts within this time mean that restarting does not help. */
const maxRestarts = 10;
const restartsWithinMs = 10 * 60_000;

export type SupervisedService = {
  /** The port, the same for every process. Rejects if the first process ends before it is ready. */
  ready: Promise<number>;
  /** Sends SIGTERM, then SIGKILL if needed. */
  stop(): Promise<void>;
};

type Options = {
  name: 'gateway' | 'terraform-runner';
  environment: NodeJS.ProcessEnv;
  portSetting: 'PORT' | 'RUNNER_PORT';
  /** Called once: the service ended too often and stays down. */
  onGivenUp: () => void;
};

/**
 * Starts a service and restarts it whenever it ends unexpectedly: after 1 s, doubled up to 30 s, at most 10
 * times in 10 minutes. If the first process ends before it is ready, its settings are wrong, and it is not
 * restarted.
 */
export function superviseService(options: Options): SupervisedService {
  const { name } = options;
  const stopping = new AbortController();
  const restarts = new RestartLimit();
  let startedAt = Date.now();
  let environment = options.environment;
  let child = start(options, environment);
  const firstReady = ready(name, child).then((port) => {
    environment = { ...environment, [options.portSetting]: String(port) };
    watch(child);
    return port;
  });

  function watch(watched: ChildProcess): void {
    if (hasEnded(watched)) void restart(watched);
    else watched.once('exit', () => void restart(watched));
  }

  async function restart(ended: ChildProcess): Promise<void> {
    if (stopping.signal.aborted) return;
    const how = ended.signalCode ?? `exit code ${ended.exitCode}`;
    const next = restarts.next(startedAt);
    if (!next) {
      console.error(
        `${name} has ended (${how}) after ${maxRestarts} restarts within ${restartsWithinMs / 60_000} minutes; stopping the engine. Its log above says why.`,
      );
      return options.onGivenUp();
    }
    console.error(
      `${name} has ended (${how}); restart ${next.count} of at most ${maxRestarts} within ${restartsWithinMs / 60_000} minutes follows in ${next.delayMs / 1000} s.`,
    );
    await delay(next.delayMs, undefined, { signal: stopping.signal }).catch(() => {});
    if (stopping.signal.aborted) return;
    child = start(options, environment);
    startedAt = Date.now();
    ready(name, child).then(
      () => console.error(`${name} is back.`),
      () => child.kill('SIGKILL'),
    );
    watch(child);
  }

  return {
    ready: firstReady,
    async stop() {
      stopping.abort();
      await end(child);
    },
  };
}

/** Counts and delays restarts. */
class RestartLimit {
  readonly #restarts: number[] = [];
  #delayMs = firstDelayMs;

  /** Returns the next restart of a process started at this time; `undefined` if there were too many. */
  next(startedAt: number): { count: number; delayMs: number } | undefined {
    const now = Date.now();
    while (this.#restarts[0] !== undefined && now - this.#restarts[0] > restartsWithinMs)
      this.#restarts.shift();
    if (this.#restarts.length >= maxRestarts) return undefined;
    this.#restarts.push(now);
    const delayMs = now - startedAt > soundMs ? firstDelayMs : this.#delayMs;
    this.#delayMs = Math.min(maxDelayMs, 2 * delayMs);
    return { count: this.#restarts.length, delayMs };
  }
}

function start({ name }: Options, environment: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [join(root, name, 'src', 'main.ts')], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true, // so that Ctrl+C reaches only the supervisor, which stops the services in order
  });
}

/** Resolves to a service's port once it reports that it is ready. */
function ready(name: string, child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    const timer = setTimeout(
      () => fail(new Error(`${name} was not ready after ${readyMs / 1000} s`)),
      readyMs,
    );
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      fail(new Error(`${name} has ended (${signal ?? `exit code ${code}`}) before it was ready.`));
    });
    child.on('message', (message: { type?: string; port?: number }) => {
      if (message.type !== 'ready' || !message.port) return;
      clearTimeout(timer);
      done(message.port);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await Promise.race([ended, delay(stopMs, undefined, { ref: false })]);
  if (!hasEnded(child)) child.kill('SIGKILL');
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
