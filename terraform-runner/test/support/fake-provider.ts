/**
 * Stands in for a provider: speaks HTTP/2 on a socket as one with `-debug` does. `GetSchema` answers three resource
 * types, `Echo` what it is sent, `Fail` an error without a message.
 */
import { createServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { schemaMessage } from './schema-message.ts';

const path = join(tmpdir(), `plugin${process.pid}`);
const server = createServer({ maxSessionMemory: 1000 });
server.on('stream', (stream, headers) => {
  const call = headers[':path']?.split('/').at(-1);
  if (call === 'Fail') {
    stream.respond({ ':status': 200, 'grpc-status': '13', 'grpc-message': 'no' }, { endStream: true });
    return;
  }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  if (call === 'Echo') stream.pipe(stream);
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
