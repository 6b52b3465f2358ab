import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Node's defaults suit browsers: 64 KB per stream, 10 MB per session. A provider's schema can have 50 MB. */
export const http2Tuning = {
  maxSessionMemory: 1024,
  settings: { initialWindowSize: 4 * 1024 * 1024 },
} as const;
export const sessionWindowBytes: number = 64 * 1024 * 1024;

/** What a provider prints about how to reach it. */
export type ReattachEntry = { ProtocolVersion: number; Addr: { String: string }; [more: string]: unknown };

/** A provider process, configured by at most one of Terraform's provider configurations at a time. */
export type Upstream = {
  source: string;
  entry: ReattachEntry;
  session: ClientHttp2Session;
  /** Applies in flight, and how many of them create. */
  applies: number;
  creates: number;
  /** Terraform has asked it to stop. */
  stopAsked: boolean;
  /** The connection that configured it has ended. */
  isLeft: boolean;
  /** It was told to stop: it refuses further calls and is not reused. */
  isStopped: boolean;
  end(): void;
};

/**
 * Starts a provider and connects to it. Returns `undefined` if it ends before it prints how to reach it.
 * `log` is the descriptor for its standard error, which is its log.
 */
export async function startUpstream(
  command: string,
  args: string[],
  { cwd, env, log }: { cwd: string; env: NodeJS.ProcessEnv; log: number | undefined },
): Promise<Upstream | undefined> {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', log ?? 'ignore'] });
  child.once('error', () => {});
  const printed = child.stdout && (await readEntry(child.stdout));
  if (!printed) return undefined;
  const session = connect('http://provider', {
    ...http2Tuning,
    createConnection: () => connectSocket(printed.entry.Addr.String),
  });
  session.on('error', () => {}); // its `close` event reports the end
  const connected = await Promise.race([
    once(session, 'connect').then(() => true),
    once(session, 'close').then(() => false),
  ]);
  if (!connected) return undefined;
  session.setLocalWindowSize(sessionWindowBytes);
  child.once('exit', () => session.destroy());
  return {
    ...printed,
    session,
    ...{ applies: 0, creates: 0, stopAsked: false, isLeft: false, isStopped: false },
    end: () => void child.kill('SIGKILL'),
  };
}

async function readEntry(stdout: Readable): Promise<Pick<Upstream, 'source' | 'entry'> | undefined> {
  for await (const line of createInterface({ input: stdout })) {
    const json = /TF_REATTACH_PROVIDERS='(\{.*\})'/.exec(line)?.[1];
    if (!json) continue;
    const [[source, entry]] = Object.entries(JSON.parse(json)) as [[string, ReattachEntry]];
    stdout.resume();
    return { source, entry };
  }
  return undefined;
}
