/**
 * `node main.ts <settings as JSON> <command>…`: starts the provider, proxies between it and Terraform, and
 * prints how to reach it in the provider's own format. Ends if the provider never gets ready; starts more as
 * needed.
 */
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplyCalls, isApply } from './apply-calls.ts';
import { configure, isConfigure } from './configure-call.ts';
import { forward } from './forward.ts';
import { openJournal } from './journal-file.ts';
import type { ProxySettings } from './proxy-settings.ts';
import { createSchemaSource } from './schema-source.ts';
import { createStopCalls, isStop } from './stop-calls.ts';
import { createTakeOver } from './take-over.ts';
import { emptyMessage, ownAnswer, reply } from './unary-call.ts';
import { http2Tuning, sessionWindowBytes, startUpstream, type Upstream } from './upstream.ts';
import { createUpstreamPool } from './upstream-pool.ts';

const [settingsText = '{}', command = '', ...args] = process.argv.slice(2);
const settings: ProxySettings = JSON.parse(settingsText);
delete process.env.NODE_COMPILE_CACHE;
const log = settings.log === undefined ? undefined : openSync(settings.log, 'a', 0o600);
const takeOver = createTakeOver(settings.takeOver);
const start = () => {
  const taken = takeOver();
  const [file = '', ...rest] = taken?.command ?? [command, ...args];
  const env = taken ? { ...process.env, TMPDIR: taken.sockets } : process.env;
  return startUpstream(file, rest, { cwd: settings.cwd, env, log });
};
const first = await start();
if (!first) process.exit(1);
await serve(first);
flushCompileCache(); // only a regular exit would do this, and this process is killed

async function serve(first: Upstream): Promise<void> {
  const { ProtocolVersion: version } = first.entry;
  const pool = createUpstreamPool(first, start);
  const schemas = createSchemaSource(pool.any, version, settings);
  const stops = createStopCalls(version, pool.all, settings.stopAt);
  const applies = createApplyCalls({
    journal: openJournal(settings.journal),
    idlePath: settings.idle,
    versionOf: schemas.versionOf,
    onEnd: pool.release,
  });

  async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    if (isPluginService(headers)) return answerPluginService(stream, headers);
    if (schemas.answer(stream, headers) || !stream.session) return;
    const own = await pool.taken(stream.session);
    if (isStop(headers)) return stops.answer(own, stream);
    const any = needsNoConfiguration(headers) ? pool.any() : undefined;
    const upstream = own ?? any ?? (await pool.of(stream.session));
    if (!upstream || stream.destroyed) return;
    if (isApply(headers)) applies.pass(upstream, stream, headers);
    else if (isConfigure(headers)) configure(upstream, stream, headers, takeOver());
    else forward(upstream.session, stream, headers);
  }

  const path = join(tmpdir(), `proxy${process.pid}`);
  const server = createServer(http2Tuning);
  server.on('session', (terraform) => terraform.setLocalWindowSize(sessionWindowBytes));
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {}); // Terraform ended during a call
    answer(stream, headers).catch(() => stream.destroyed || stream.close());
  });
  server.on('sessionError', () => {});
  process.umask(0); // Terraform may run as another user; the folder itself is private
  server.listen(path);
  await once(server, 'listening');
  process.umask(0o077);
  // Terraform checks that this pid lives; in a pid namespace of its own it sees pid 1 there, which does.
  const entry = {
    ...first.entry,
    Pid: settings.pid === 'own' ? process.pid : Number(settings.pid),
    Addr: { Network: 'unix', String: path },
  };
  console.log(`TF_REATTACH_PROVIDERS='${JSON.stringify({ [first.source]: entry })}'`);
  schemas.prefetch();
}

/**
 * Calls that Terraform makes before it configures a provider, or without ever doing so: they validate code. Source:
 * tfplugin5.proto, tfplugin6.proto.
 */
function needsNoConfiguration(headers: IncomingHttpHeaders): boolean {
  return /^\/tfplugin[56]\.Provider\/(PrepareProviderConfig|Validate\w+)$/.test(headers[':path'] ?? '');
}

/** Services of the plugin library that Terraform calls per connection; a reattached provider needs none. */
function isPluginService(headers: IncomingHttpHeaders): boolean {
  return /^\/plugin\./.test(headers[':path'] ?? '');
}

/** Keeps output and broker streams open and silent, so that Terraform cannot end the provider. */
function answerPluginService(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  stream.resume();
  const isStream = /Stream/.test(headers[':path'] ?? '');
  if (isStream) stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
  else reply(stream, { ...ownAnswer(), message: emptyMessage });
}
