/**
 * `node main.ts`, in the folder of a job's egress: the only exit of one job's network namespace. Listens on sockets inside the
 * namespace and connects from outside to what the allow-list opens. Outlives the runner and ends with the
 * job.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { publishedPorts } from './allow-list.ts';
import { type EgressOptions, egressFiles, enterNamespace, readNamespace } from './namespace.ts';

const retryMs = 5;
/** Longer than any runner waits; the process also survives a runner that is killed meanwhile. */
const namespaceMs = 60_000;
const folder = '.'; // it may be moved with its job
const options: EgressOptions = JSON.parse(readFileSync(join(folder, egressFiles.options), 'utf8'));
let namespace = readNamespace(folder, options);
const deadline = Date.now() + namespaceMs;
while (!namespace) {
  if (Date.now() > deadline) fail();
  await delay(retryMs);
  namespace = readNamespace(folder, options);
}
const ports = [...new Set([namespace.port, ...publishedPorts(options.rules).map(({ port }) => port)])];
const [file = '', ...args] = enterNamespace(options.nsenter, namespace);
const listener = join(import.meta.dirname, 'listener.mjs');
const child = spawn(file, [...args, process.execPath, listener, ...ports.map(String)], {
  stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
});
const opened = new Promise<Map<number, Server>>((resolve) => {
  const servers = new Map<number, Server>();
  child.on('message', ({ port }: { port: number }, handle) => {
    servers.set(port, handle as Server);
    if (servers.size === ports.length) resolve(servers);
  });
});
child.on('exit', fail);
child.on('error', fail);

const { serve } = await import('./serve.ts'); // takes most of the start-up time; the listener starts in parallel
serve(folder, options, namespace.port, await opened);
child.off('exit', fail);
child.send('taken');
flushCompileCache(); // only a regular exit would do this, and this process is killed

function fail(): void {
  process.exit(1);
}
