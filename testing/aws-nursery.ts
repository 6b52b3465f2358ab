import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The variable that names the socket of the nursery to the test files. */
const variable = 'LOCAL_AWS_NURSERY';

export type AwsRequest = { path: string; method: string; headers: Record<string, string>; body?: string };

/** A process that has loaded the local AWS and forks one for each test file that asks. */
export type AwsNursery = {
  /** Settings of the processes that fork from it. */
  env: Record<string, string>;
  stop(): Promise<void>;
};

/** Starts one. It loads in the background; whoever asks earlier waits. The requests create services before any fork. */
export async function startAwsNursery(
  warmUp: AwsRequest[],
  env: Record<string, string>,
): Promise<AwsNursery> {
  const directory = await mkdtemp(join(tmpdir(), 'aws-'));
  const socket = join(directory, 'nursery');
  const program = join(import.meta.dirname, 'aws-nursery.py');
  const child = spawn('python3', [program, socket, JSON.stringify(warmUp)], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(child, 'close').catch(() => {}); // without Python each file starts a server of its own
  child.stdin.on('error', () => {});
  return {
    env: { [variable]: socket },
    async stop() {
      child.stdin.end();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Forks a local AWS that will listen on this port; `undefined` if there is nothing to fork it from. */
export async function forkAws(port: number): Promise<{ stop(): Promise<void> } | undefined> {
  const path = process.env[variable];
  const connection = path && (await asked(connect(path), port));
  if (!connection) return undefined;
  return {
    async stop() {
      if (connection.closed) return;
      connection.end();
      await once(connection, 'close');
    },
  };
}

function asked(connection: Socket, port: number): Promise<Socket | undefined> {
  connection.write(String(port));
  return new Promise((resolve) => {
    connection.once('data', () => resolve(connection));
    connection.once('error', () => resolve(undefined)).once('close', () => resolve(undefined));
  });
}
