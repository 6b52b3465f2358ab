import { appendFileSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { createAllowList, publishedPorts } from './allow-list.ts';
import { type EgressOptions, egressFiles } from './namespace.ts';
import { connectTo, createProxy } from './proxy.ts';

/** At most this many denied hosts are logged per run. */
const maxDenied = 1000;

/** Serves the sockets that were opened inside, by port, and signals readiness. */
export function serve(
  folder: string,
  options: EgressOptions,
  proxyPort: number,
  opened: Map<number, Server>,
): void {
  const proxy = createProxy({
    list: createAllowList(options.rules),
    onDenied: recordDenied(join(folder, egressFiles.denied)),
  });
  opened.get(proxyPort)?.on('connection', (client) => proxy.emit('connection', client));
  for (const { address, port } of publishedPorts(options.rules))
    opened.get(port)?.on('connection', (client) => void passOn(client, address, port));
  writeFileSync(join(folder, egressFiles.ready), '');
}

function recordDenied(path: string): (target: string) => void {
  const denied = new Set<string>();
  return (target) => {
    if (denied.has(target) || denied.size >= maxDenied) return;
    denied.add(target);
    appendFileSync(path, `${JSON.stringify(target)}\n`);
  };
}

/** Forwards a connection to the same port of this machine. */
async function passOn(client: Socket, address: string, port: number): Promise<void> {
  client.on('error', () => client.destroy());
  const socket = await connectTo(address, port);
  if (!socket) return void client.destroy();
  client.pipe(socket).pipe(client);
  client.once('close', () => socket.destroy());
  socket.once('close', () => client.destroy());
}
