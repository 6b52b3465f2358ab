import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { TlsFiles } from '@deployment-engine/service';
import { makeAuthority } from '../testing/authority.ts';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';

let folder: string;
let gatewayFiles: TlsFiles;
let engine: Engine;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tls-'));
  const issue = makeAuthority(folder, 'ours');
  const runnerFiles = issue('runner');
  gatewayFiles = issue('gateway');
  engine = await Engine.start({
    runnerEnv: {
      RUNNER_TLS_CERT: runnerFiles.cert,
      RUNNER_TLS_KEY: runnerFiles.key,
      RUNNER_TLS_CA: runnerFiles.ca,
    },
    gatewayEnv: {
      RUNNER_CLIENT_CERT: gatewayFiles.cert,
      RUNNER_CLIENT_KEY: gatewayFiles.key,
      RUNNER_CLIENT_CA: gatewayFiles.ca,
    },
  });
});
afterAll(async () => {
  await engine?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

test('gateway and runner with certificates of one authority deploy and destroy', async () => {
  const client = createClient(engine.url);
  const iacCode =
    'resource "terraform_data" "a" {\n  input = "encrypted"\n}\noutput "a" { value = terraform_data.a.output }\n';
  const job = await client.complete('/api/deploy', { projectId: 'tls', iacCode });
  expect(job.result?.outputs).toStrictEqual({ a: 'encrypted' });
  await client.complete('/api/deploy/destroy', { projectId: 'tls' });
});

test('the runner sends nothing to a client without a certificate of its authority', async () => {
  const ca = readFileSync(gatewayFiles.ca);
  const port = engine.runnerPort;
  const withFiles = ({ cert, key }: TlsFiles) =>
    connectTls({ host: '127.0.0.1', port, ca, cert: readFileSync(cert), key: readFileSync(key) });
  expect(await healthFrom(withFiles(gatewayFiles))).toMatch(/^HTTP\/1\.1 200 /);
  const stranger = makeAuthority(folder, 'foreign')('stranger');
  expect(await healthFrom(withFiles(stranger))).toBe('');
  expect(await healthFrom(connectTls({ host: '127.0.0.1', port, ca }))).toBe('');
  expect(await healthFrom(connectPlain({ host: '127.0.0.1', port }))).toBe('');
});

/** Requests the health check, which needs no signature; returns everything that was received. */
async function healthFrom(socket: Socket): Promise<string> {
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.on('error', () => {}); // a refused connection
  socket.write('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
  await new Promise((resolve) => socket.on('close', resolve));
  return received;
}
