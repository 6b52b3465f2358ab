import { appendFileSync, openSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { join } from 'node:path';
import { createAllowList, publishedPorts } from './allow-list.ts';
import { type EgressOptions, egressFiles, type Namespace } from './namespace.ts';
import { connectTo, createProxy } from './proxy.ts';

/** More names than these a run is not told of one by one. */
const maxDenied = 1000;

/** What the listener has opened inside, and its process id. */
export type OpenedSockets = { pid: number; proxy: Server; published: Map<number, Server> };

/** Serves the sockets that were opened inside, and announces the namespace. */
export function serve(folder: string, options: EgressOptions, opened: OpenedSockets): void {
  const proxy = createProxy({
    list: createAllowList(options.rules),
    onDenied: recordDenied(join(folder, egressFiles.denied)),
  });
  opened.proxy.on('connection', (client) => proxy.emit('connection', client));
  for (const { address, port } of publishedPorts(options.rules))
    opened.published.get(port)?.on('connection', (client) => void passOn(client, address, port));
  const { port } = opened.proxy.address() as AddressInfo;
  const path = join(folder, egressFiles.namespace);
  announce(path, { pid: opened.pid, port, ownsUser: options.ownsUserNamespace });
}

function recordDenied(path: string): (target: string) => void {
  const denied = new Set<string>();
  return (target) => {
    if (denied.has(target) || denied.size >= maxDenied) return;
    denied.add(target);
    appendFileSync(path, `${JSON.stringify(target)}\n`);
  };
}

/** To the same port of this machine. */
async function passOn(client: Socket, address: string, port: number): Promise<void> {
  client.on('error', () => client.destroy());
  const socket = await connectTo(address, port);
  if (!socket) return void client.destroy();
  client.pipe(socket).pipe(client);
  client.once('close', () => socket.destroy());
  socket.once('close', () => client.destroy());
}

/** The open descriptors hold the namespaces; others join them through this process. */
function announce(path: string, { pid, port, ownsUser }: { pid: number; port: number; ownsUser: boolean }) {
  const hold = (kind: string) => `/proc/${process.pid}/fd/${openSync(`/proc/${pid}/ns/${kind}`, 'r')}`;
  const namespace: Namespace = { port, net: hold('net'), user: ownsUser ? hold('user') : null };
  writeFileSync(`${path}.tmp`, JSON.stringify(namespace), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
