import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { median, type Row, seconds } from './table.ts';

const root = resolve(import.meta.dirname, '..');
const rounds = 3;
const idleMs = 5000;
const readyMs = 60_000;

type Start = { readyAfterMs: number; gatewayMb: number; runnerMb: number };

/** Times `npm start` until it is ready, with everything installed; then each service's idle memory. */
export async function startupBench(): Promise<Row[]> {
  const first: Start[] = [];
  const later: Start[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const directory = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      first.push(await start(directory));
      later.push(await start(directory));
    } finally {
      await rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    }
  }
  const of = (starts: Start[], figure: keyof Start) => median(starts.map((each) => each[figure]));
  const memory = (figure: keyof Start) =>
    `${of(later, figure).toFixed(0)} MB (${of(first, figure).toFixed(0)} MB on the first start)`;
  return [
    {
      what: `npm start to ready, new data folder, median of ${rounds}`,
      ours: seconds(of(first, 'readyAfterMs')),
    },
    { what: 'npm start to ready, the folder of an earlier start', ours: seconds(of(later, 'readyAfterMs')) },
    { what: 'idle memory (RSS) of the gateway with the embedded database', ours: memory('gatewayMb') },
    { what: 'idle memory (RSS) of the runner', ours: memory('runnerMb') },
  ];
}

async function start(directory: string): Promise<Start> {
  const startedAt = performance.now();
  const npm = spawn('npm', ['start'], { cwd: root, env: environment(directory), detached: true });
  try {
    await saysReady(npm);
    const readyAfterMs = performance.now() - startedAt;
    await delay(idleMs);
    const tree = descendants(npm.pid ?? -1);
    return {
      readyAfterMs,
      gatewayMb: residentMb(tree, 'gateway'),
      runnerMb: residentMb(tree, 'terraform-runner'),
    };
  } finally {
    await stop(npm);
  }
}

/** npm may exit before the services: waits until they have closed their output too. */
async function stop(npm: ChildProcess): Promise<void> {
  if (npm.exitCode !== null || npm.signalCode !== null) return;
  const closed = once(npm, 'close');
  process.kill(-(npm.pid ?? 0), 'SIGTERM');
  await closed;
}

/** Returns the environment of a user's shell, without the packages' programs first, as in `npm run`. */
function environment(directory: string): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return {
    PATH: path.join(delimiter),
    HOME: process.env.HOME,
    PORT: '0',
    RUNNER_PORT: '0',
    LOG_LEVEL: 'error',
    DATA_DIR: join(directory, 'data'),
    WORKSPACES_DIR: join(directory, 'workspaces'),
  };
}

function saysReady(npm: ChildProcess): Promise<void> {
  return new Promise((done, fail) => {
    let text = '';
    const end = (why: string) => fail(new Error(`npm start: ${why}\n${text}`));
    const timer = setTimeout(() => end('not ready in time'), readyMs);
    npm.once('exit', (code) => {
      clearTimeout(timer);
      end(`it ended with ${code}`);
    });
    const read = (chunk: Buffer) => {
      text += chunk;
      if (!/is ready at/.test(text)) return;
      clearTimeout(timer);
      done();
    };
    npm.stdout?.on('data', read);
    npm.stderr?.on('data', read);
  });
}

/** Returns a process and all its descendants, from the parents in /proc. */
function descendants(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
  return [pid, ...children.flatMap(descendants)];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined; // it has ended
  }
}

function residentMb(pids: number[], service: string): number {
  const pid = pids.find((each) =>
    readFileSync(`/proc/${each}/cmdline`, 'utf8').includes(`/${service}/src/main.ts`),
  );
  if (!pid) throw new Error(`measuring memory: ${service} does not run`);
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return kilobytes / 1024;
}
