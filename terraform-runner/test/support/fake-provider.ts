/**
 * A fake provider: speaks HTTP/2 on a socket like one with `-debug`. `GetSchema` returns three resource
 * types, `Echo` its request, `Fail` an error without a message; `Configure` stores its request. An apply
 * returns what was configured; one of type `x_slow` waits for the file `go`, or fails when it is told to
 * stop.
 */
import { existsSync } from 'node:fs';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyResponse } from './provider-message.ts';
import { schemaMessage } from './schema-message.ts';

const path = join(tmpdir(), `plugin${process.pid}`);
let configured = 'nothing';
let isStopped = false;

function read(stream: ServerHttp2Stream, then: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => then(Buffer.concat(chunks)));
}

function apply(stream: ServerHttp2Stream, body: Buffer): void {
  if (!body.includes('x_slow')) return void stream.end(applyResponse(configured));
  const timer = setInterval(() => {
    if (!isStopped && !existsSync(join(tmpdir(), 'go'))) return;
    clearInterval(timer);
    stream.end(isStopped ? applyResponse(null, 'request canceled') : applyResponse(configured));
  }, 20);
}

const server = createServer({ maxSessionMemory: 1000 });
server.on('stream', (stream, headers) => {
  const call = headers[':path']?.split('/').at(-1);
  stream.on('error', () => {});
  if (call === 'Fail') {
    stream.respond({ ':status': 200, 'grpc-status': '13', 'grpc-message': 'no' }, { endStream: true });
    return;
  }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  if (call === 'Echo') stream.pipe(stream);
  else if (call === 'ApplyResourceChange') read(stream, (body) => apply(stream, body));
  else if (call === 'Die') process.exit(1);
  else if (call === 'Configure' || call === 'Stop')
    read(stream, (body) => {
      if (call === 'Stop') isStopped = true;
      else configured = body.subarray(5).toString();
      stream.end(Buffer.alloc(5));
    });
  else stream.end(schemaMessage(['x_used', 'x_unused', 'x_other']));
});
server.listen(path, () => {
  const entry = {
    Protocol: 'grpc',
    ProtocolVersion: 5,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'unix', String: path },
  };
  console.log(`TF_REATTACH_PROVIDERS='${JSON.stringify({ [process.argv[2] ?? '']: entry })}'`);
});
