import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeAuthority } from '../../testing/authority.ts';
import { type FetchOptions, fetchTemplate } from '../src/infrastructure/deployments/source/fetch-template.ts';

const text = 'resource "terraform_data" "a" {}\n';
let directory = '';
let ca = '';
let server: Server;
let port = 0;
/** What the server answers to each path. */
const answers: Record<string, RequestListener> = {
  '/good': (_request, response) => response.end(text),
  '/moved': (_request, response) => response.writeHead(302, { location: '/good' }).end(),
  '/loop': (_request, response) => response.writeHead(302, { location: '/loop' }).end(),
  '/metadata': (_request, response) =>
    response.writeHead(302, { location: 'https://169.254.169.254/latest/meta-data' }).end(),
  '/plain': (_request, response) => response.writeHead(302, { location: 'http://example.org/x' }).end(),
  '/nowhere': (_request, response) => response.writeHead(302, { location: 'https://' }).end(),
  '/missing': (_request, response) => response.writeHead(404).end('secret words of the server'),
  '/large': (_request, response) => response.end('x'.repeat(1_000_001)),
  '/bomb': (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(5_000_000))),
  '/endless': (_request, response) => {
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  },
  '/silent': () => undefined,
  '/cut': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half');
    response.socket?.destroy();
  },
  '/binary': (_request, response) => response.end(Buffer.from([0xff, 0xfe, 0xfd])),
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'template-'));
  const files = makeAuthority(directory, 'authority')('server');
  const [key, cert] = await Promise.all([readFile(files.key), readFile(files.cert)]);
  ca = await readFile(files.ca, 'utf8');
  server = createServer({ key, cert }, (request, response) =>
    answers[request.url ?? '']?.(request, response),
  ).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(directory, { recursive: true, force: true });
});

const fetched = (path: string, options: Partial<FetchOptions> = {}) =>
  fetchTemplate(`https://127.0.0.1:${port}${path}`, { hosts: ['*', `127.0.0.1:${port}`], ca, ...options });

test.each(['/good', '/moved'])('the text of %s is fetched', async (path) => {
  expect(await fetched(path)).toBe(text);
});

test.each([
  ['/loop', 'template_unreachable', /redirects more than 3 times/],
  ['/metadata', 'template_refused', /169\.254\.169\.254 is an address inside a private network/],
  ['/plain', 'template_refused', /only https/],
  ['/nowhere', 'template_unreachable', /redirects to no address/],
  ['/missing', 'template_unreachable', /the server answered 404$/],
  ['/large', 'template_refused', /more than 1000000 bytes/],
  ['/bomb', 'template_refused', /compressed/],
  ['/cut', 'template_unreachable', /ECONNRESET|aborted/],
  ['/binary', 'template_refused', /UTF-8/],
])('%s is refused, and the message has nothing of the answer', async (path, code, reason) => {
  const error = await fetched(path).catch((thrown) => thrown);
  expect([error.code, error.message]).toStrictEqual([code, expect.stringMatching(reason)]);
});

test.each(['/endless', '/silent'])('%s ends with the time limit', async (path) => {
  const error = await fetched(path, { timeoutMs: 500 }).catch((thrown) => thrown);
  expect([error.code, error.message]).toStrictEqual([
    'template_unreachable',
    expect.stringContaining('longer than the time limit'),
  ]);
});

test('a name that nobody resolves in time ends with the time limit', async () => {
  const lookup = () => new Promise<string[]>(() => undefined);
  const error = await fetchTemplate('https://slow.example.org/x', {
    hosts: ['*'],
    lookup,
    timeoutMs: 200,
  }).catch((thrown) => thrown);
  expect([error.code, error.message]).toStrictEqual([
    'template_unreachable',
    expect.stringContaining('longer than the time limit'),
  ]);
});

test.each([
  ['a name of this machine', 'https://inside.example.org/x', ['127.0.0.1']],
  ['one internal address among others', 'https://inside.example.org/x', ['1.1.1.1', '10.0.0.1']],
  ['an IPv6 spelling of this machine', 'https://[::ffff:127.0.0.1]/x', undefined],
  ['a number that means this machine', 'https://2130706433/x', undefined],
  ['this machine by its usual name', 'https://localhost/x', undefined],
])('%s is not reached', async (_what, url, addresses) => {
  const lookup = addresses && (async () => addresses);
  const error = await fetchTemplate(url, { hosts: ['*'], ca, ...(lookup ? { lookup } : {}) }).catch(
    (thrown) => thrown,
  );
  expect([error.code, error.message]).toStrictEqual([
    'template_refused',
    expect.stringContaining('inside a private network'),
  ]);
});

test.each([
  ['a host that is not allowed', 'https://elsewhere.example.net/x', /does not allow elsewhere/],
  ['a name and password', 'https://ada:swordfish@a.example.org/x', /user name or password/],
])('%s is refused', async (_what, url, reason) => {
  const error = await fetchTemplate(url, { hosts: ['*.example.org'] }).catch((thrown) => thrown);
  expect([error.code, error.message]).toStrictEqual(['template_refused', expect.stringMatching(reason)]);
  expect(error.message).not.toContain('swordfish');
});

test('a certificate that nobody trusts is refused', async () => {
  const error = await fetchTemplate(`https://127.0.0.1:${port}/good?signature=swordfish`, {
    hosts: [`127.0.0.1:${port}`],
  }).catch((thrown) => thrown);
  expect(error.code).toBe('template_unreachable');
  expect(error.message).not.toContain('swordfish');
});
