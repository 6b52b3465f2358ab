/**
 * `node listener.mjs <port>…`: the only program of the engine's own inside a job's network namespace. It opens the
 * sockets there, hands them to the egress process outside, and ends; the namespace lives as long as they do. Plain
 * JavaScript, because stripping types would make half of its start.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';

for (const port of [...process.argv.slice(2).map(Number), 0]) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  process.send?.({ pid: process.pid, port }, server);
}
process.once('message', () => process.exit(0));
process.once('disconnect', () => process.exit(1));
