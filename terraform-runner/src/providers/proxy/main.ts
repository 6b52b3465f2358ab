/**
 * `node main.ts <1 or own> <code folder> <root module> <state file> <command>…`: starts the provider, stands between it and
 * Terraform, and prints how to reach it in the provider's own words. It is the provider's parent and ends with it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:http2';
import { flushCompileCache } from 'node:module';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { forward } from './forward.ts';
import { createSchemaSource } from './schema-source.ts';

/** Node's defaults are for browsers: 64 KB a stream, 10 MB a session. A provider's schema alone can have 50 MB. */
const tuning = { maxSessionMemory: 1024, settings: { initialWindowSize: 4 * 1024 * 1024 } };

const [pid = '', code = '', rootModule = '', state = '', command = '', ...args] = process.argv.slice(2);
delete process.env.NODE_COMPILE_CACHE;
const provider = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
provider.once('exit', (exitCode) => process.exit(exitCode ?? 1));
provider.once('error', () => process.exit(1));

for await (const line of createInterface({ input: provider.stdout })) {
  const json = /TF_REATTACH_PROVIDERS='(\{.*\})'/.exec(line)?.[1];
  if (!json) continue;
  const [[source, entry]] = Object.entries(JSON.parse(json)) as [[string, ReattachEntry]];
  const path = join(tmpdir(), `proxy${process.pid}`);
  await serve(entry, path);
  // Terraform asks whether this process lives; in a namespace of its own it sees the first one there, which does.
  const own = {
    ...entry,
    Pid: pid === 'own' ? process.pid : Number(pid),
    Addr: { Network: 'unix', String: path },
  };
  console.log(`TF_REATTACH_PROVIDERS='${JSON.stringify({ [source]: own })}'`);
  break;
}
flushCompileCache(); // nobody ends this process in its own order, which would do that
provider.stdout.resume();

type ReattachEntry = { ProtocolVersion: number; Addr: { String: string } };

async function serve(entry: ReattachEntry, path: string): Promise<void> {
  const session = connect('http://provider', {
    ...tuning,
    createConnection: () => connectSocket(entry.Addr.String),
  });
  await once(session, 'connect');
  session.setLocalWindowSize(64 * 1024 * 1024);
  session.once('close', () => process.exit(1));
  const schemas = createSchemaSource(session, { code, rootModule, state });
  const server = createServer(tuning);
  server.on('session', (terraform) => terraform.setLocalWindowSize(64 * 1024 * 1024));
  server.on('stream', (stream, headers) => {
    if (!schemas.answer(stream, headers)) forward(session, stream, headers);
  });
  server.on('sessionError', () => {}); // Terraform ended while something was on its way
  process.umask(0); // Terraform may be another user; the folder is closed to everybody else
  server.listen(path);
  await once(server, 'listening');
  schemas.prefetch(
    `/tfplugin${entry.ProtocolVersion}.Provider/${entry.ProtocolVersion === 5 ? 'GetSchema' : 'GetProviderSchema'}`,
  );
}
