/**
 * `node main.ts <folder>`: the way out of one job's network namespace. Makes the namespace, listens in it, and
 * connects from outside to what the allow-list opens. It outlives the runner and ends with the job.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { createAllowList, publishedPorts } from './allow-list.ts';
import { type EgressOptions, egressFiles, type Namespace } from './namespace.ts';
import { connectTo, createProxy } from './proxy.ts';

/** More names than these a run is not told of one by one. */
const maxDenied = 1000;

const folder = process.argv[2] ?? '';
const options: EgressOptions = JSON.parse(readFileSync(join(folder, egressFiles.options), 'utf8'));
const published = publishedPorts(options.rules);
const denied = new Set<string>();
const proxy = createProxy({
  list: createAllowList(options.rules),
  onDenied(target) {
    if (denied.has(target) || denied.size >= maxDenied) return;
    denied.add(target);
    appendFileSync(join(folder, egressFiles.denied), `${JSON.stringify(target)}\n`);
  },
});
const ports = [...new Set(published.map(({ port }) => port))];
const child = startListener(ports);
const waiting = new Set([...ports, 0]);
child.on('message', ({ pid, port }: { pid: number; port: number }, handle) => {
  serve(handle as Server, port);
  waiting.delete(port);
  if (port !== 0) return;
  announce(pid, ((handle as Server).address() as AddressInfo).port);
  child.send('taken');
});
child.on('exit', () => waiting.size > 0 && process.exit(1));
child.on('error', () => process.exit(1));

function startListener(wanted: number[]): ChildProcess {
  const [file = '', ...args] = options.enterNamespace;
  const listener = join(import.meta.dirname, 'listener.ts');
  return spawn(file, [...args, process.execPath, listener, ...wanted.map(String)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** Port 0 is the proxy's; any other leads to the same port of this machine. */
function serve(inside: Server, port: number): void {
  const address = published.find((entry) => entry.port === port)?.address ?? '';
  inside.on('connection', async (client) => {
    if (port === 0) return void proxy.emit('connection', client);
    client.on('error', () => client.destroy());
    const socket = await connectTo(address, port);
    if (!socket) return void client.destroy();
    client.pipe(socket).pipe(client);
    client.once('close', () => socket.destroy());
    socket.once('close', () => client.destroy());
  });
}

/** The open descriptors hold the namespaces; others join them through this process. */
function announce(pid: number, port: number): void {
  const hold = (kind: string) => `/proc/${process.pid}/fd/${openSync(`/proc/${pid}/ns/${kind}`, 'r')}`;
  const namespace: Namespace = {
    port,
    net: hold('net'),
    user: options.ownsUserNamespace ? hold('user') : null,
  };
  const path = join(folder, egressFiles.namespace);
  writeFileSync(`${path}.tmp`, JSON.stringify(namespace), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
