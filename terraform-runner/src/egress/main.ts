/**
 * `node main.ts <folder>`: the way out of one job's network namespace. Makes the namespace, listens in it, and
 * connects from outside to what the allow-list opens. It outlives the runner and ends with the job.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { publishedPorts } from './allow-list.ts';
import { type EgressOptions, egressFiles } from './namespace.ts';
import type { OpenedSockets } from './serve.ts';

const folder = process.argv[2] ?? '';
const options: EgressOptions = JSON.parse(readFileSync(join(folder, egressFiles.options), 'utf8'));
const published = publishedPorts(options.rules);
const ports = [...new Set(published.map(({ port }) => port))];
const [file = '', ...args] = options.enterNamespace;
const listener = join(import.meta.dirname, 'listener.mjs');
const child = spawn(file, [...args, process.execPath, listener, ...ports.map(String)], {
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
});
const opened = new Promise<OpenedSockets>((resolve) => {
  const servers = new Map<number, Server>();
  child.on('message', ({ pid, port }: { pid: number; port: number }, handle) => {
    if (port === 0) resolve({ pid, proxy: handle as Server, published: servers });
    else servers.set(port, handle as Server);
  });
});
child.on('exit', fail);
child.on('error', fail);

const { serve } = await import('./serve.ts'); // most of the start; the listener starts meanwhile
serve(folder, options, await opened);
child.off('exit', fail);
child.send('taken');

function fail(): void {
  process.exit(1);
}
