import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export type Child = {
  process: ChildProcess;
  pid: number;
  /** Output so far, both streams. */
  output(): string;
  /** Ends it (SIGTERM, then SIGKILL after 15 s) and waits until it has exited. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

const killAfterMs = 15_000;

/**
 * Node's options for processes of tests and of engines under test. Most live for seconds, too short for optimised code of
 * the embedded database to pay, and several share the cores.
 */
export const briefly = ['--liftoff-only', '--single-threaded-gc'];

/** Returns the folder of compiled code, if there is one: the engine's processes need half the time to start with it. */
export function compileCache(): Record<string, string> {
  const folder = process.env.NODE_COMPILE_CACHE;
  return folder ? { NODE_COMPILE_CACHE: folder } : {};
}

/** Starts a program, records its output, and ends it with `stop` at the latest. */
export function startChild(
  file: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string; uid?: number; gid?: number; ipc?: boolean },
): Child {
  let output = '';
  const child = spawn(file, args, {
    env: { ...compileCache(), ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid ?? options.uid }),
    stdio: ['ignore', 'pipe', 'pipe', ...(options.ipc ? (['ipc'] as const) : [])],
  });
  const keep = (chunk: Buffer) => {
    output = (output + chunk).slice(-200_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => keep(Buffer.from(String(error))));
  return {
    process: child,
    pid: child.pid ?? -1,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
      const exited = once(child, 'exit');
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** Waits for a service's `{type: 'ready', port}` message; throws with its output if it ends instead. */
export async function readyPort(name: string, child: Child): Promise<number> {
  return new Promise((resolve, reject) => {
    child.process.once('exit', (code) => reject(new Error(`${name} ended with ${code}:\n${child.output()}`)));
    child.process.on('message', (message: { type?: string; port?: number }) => {
      if (message.type === 'ready' && message.port) resolve(message.port);
    });
  });
}
