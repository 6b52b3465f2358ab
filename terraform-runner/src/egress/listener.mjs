/**
 * `node listener.mjs <port>…`: the only program of the engine's own inside a job's network namespace. It opens the
 * sockets there, hands them to the egress process outside, and ends. Plain JavaScript, because stripping types would
 * make half of its start.
 */
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const maxTries = 200;
const retryMs = 5;

for (const port of process.argv.slice(2).map(Number)) process.send?.({ port }, await listen(port));
process.once('message', () => process.exit(0));
process.once('disconnect', () => process.exit(1));

/** The loopback of a new namespace may not be up yet. */
async function listen(port) {
  for (let tries = 1; ; tries += 1) {
    const server = createServer();
    const problem = await new Promise((resolve) => {
      server.once('error', resolve);
      server.listen(port, '127.0.0.1', () => resolve(undefined));
    });
    if (!problem) return server;
    if (problem.code !== 'EADDRNOTAVAIL' || tries === maxTries) throw problem;
    await delay(retryMs);
  }
}
