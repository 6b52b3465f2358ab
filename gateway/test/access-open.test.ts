import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { bearer, startGuardedGateway } from './access-support.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway({
    ALLOWED_HOSTS: 'engine.example.org',
    CORS_ORIGINS: 'https://console.example.org',
  });
});
afterAll(() => it?.[Symbol.asyncDispose]());

/** Unlike `fetch`, sends headers that only a browser may set. */
function send(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${it.url}${path}`, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    request.on('error', reject).end(body);
  });
}

const deploy = (projectId: string) => JSON.stringify({ projectId, iacCode: helloCode });
const json = { 'content-type': 'application/json' };
const port = () => it.gateway.port;
const exists = async (projectId: string) => (await it.client.get(`/api/deploy/history/${projectId}`)).status;

test('a call from this machine needs no key', async () => {
  expect((await send('POST', '/api/deploy', json, deploy('first'))).status).toBe(202);
  expect((await send('GET', '/api/deploy/projects', { host: `localhost:${port()}` })).status).toBe(200);
  expect((await send('GET', '/api/deploy/projects', { host: 'ENGINE.example.org' })).status).toBe(200);
});

for (const host of [
  'attacker.example.org',
  'attacker.example.org:PORT',
  '127.0.0.1.attacker.example.org:PORT',
  'localhost:1',
  '0.0.0.0:PORT',
  '[::2]:PORT',
  '127.0.0.1:PORT@evil.example.org',
])
  test(`DNS rebinding: Host ${host} is refused for reads and writes`, async () => {
    const headers = { host: host.replace('PORT', String(port())) };
    for (const path of ['/api/deploy/projects', '/api/docs', '/metrics', '/healthz'])
      assert.equal((await send('GET', path, headers)).status, 403, path);
    expect((await send('POST', '/api/deploy', { ...headers, ...json }, deploy('rebound'))).status).toBe(403);
    expect(await exists('rebound')).toBe(404);
  });

const pages: Record<string, Record<string, string>> = {
  'of another origin': { origin: 'https://evil.example.org' },
  'with an opaque origin': { origin: 'null' },
  'of another port of this machine': { origin: 'http://127.0.0.1:1' },
  'that sends no Origin, across sites': { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  'of the same site': { 'sec-fetch-site': 'same-site' },
};
for (const [name, headers] of Object.entries(pages))
  test(`a page ${name} can neither read nor write`, async () => {
    for (const path of ['/api/deploy/projects', '/api/admin/backup', '/metrics'])
      assert.equal((await send('GET', path, headers)).status, 403, path);
    expect((await send('POST', '/api/deploy', { ...headers, ...json }, deploy('page'))).status).toBe(403);
    const preflight = await send('OPTIONS', '/api/deploy', {
      ...headers,
      'access-control-request-method': 'POST',
    });
    expect(preflight.headers['access-control-allow-origin']).toBe(undefined);
    expect(await exists('page')).toBe(404);
  });

test('the engine’s own docs page and configured origins may call', async () => {
  const own = { origin: it.url, 'sec-fetch-site': 'same-origin' };
  expect((await send('GET', '/api/deploy/projects', own)).status).toBe(200);
  const console = { origin: 'https://console.example.org', 'sec-fetch-site': 'cross-site' };
  const answer = await send('GET', '/api/deploy/projects', console);
  expect([answer.status, answer.headers['access-control-allow-origin']]).toStrictEqual([200, console.origin]);
  expect(answer.headers['access-control-allow-credentials']).toBe(undefined);
  const preflight = await send('OPTIONS', '/api/deploy', {
    ...console,
    'access-control-request-method': 'POST',
  });
  expect([preflight.status, preflight.headers['access-control-allow-origin']]).toStrictEqual([
    204,
    console.origin,
  ]);
});

test('a form, which a page can send without a preflight request, is refused', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    assert.equal(
      (await send('POST', '/api/deploy', { 'content-type': type }, deploy('form'))).status,
      415,
      type,
    );
  expect(await exists('form')).toBe(404);
});

test('an open engine also checks a given key', async () => {
  const wrong = bearer(it.url, `de_${'0'.repeat(16)}_${'A'.repeat(43)}`);
  expect((await wrong.get('/api/deploy/projects')).status).toBe(401);
  expect((await bearer(it.url, it.gateway.firstKey?.key ?? '').get('/api/keys')).status).toBe(200);
});

for (const header of [
  'x-forwarded-for',
  'forwarded',
  'via',
  'x-real-ip',
  'x-forwarded-proto',
  'cf-ray',
  'true-client-ip',
])
  test(`a call through a proxy (${header}) does not count as from this machine`, async () => {
    expect((await send('GET', '/api/deploy/projects', { [header]: '127.0.0.1' })).status).toBe(401);
  });

test('a call in HTTP/1.0, as from simple proxies, does not count as from this machine', async () => {
  const socket = connect(port(), '127.0.0.1').setEncoding('utf8');
  socket.end(`GET /api/deploy/projects HTTP/1.0\r\nHost: 127.0.0.1:${port()}\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
});

test('every answer has security headers', async () => {
  for (const path of ['/api/deploy/projects', '/api/nothing', '/api/docs']) {
    const { headers } = await send('GET', path, {});
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    expect(String(headers['content-security-policy'])).toMatch(/default-src 'self'/);
    expect(String(headers['x-request-id'])).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-powered-by']).toBe(undefined);
    expect(headers['access-control-allow-origin']).toBe(undefined);
  }
});

test('with ALLOWED_HOSTS and AUTH=required, only /healthz is answered under another name', async () => {
  await using guarded = await startGuardedGateway({ ALLOWED_HOSTS: 'engine.example.org' });
  const asked = (path: string, host: string) => guarded.admin.request('GET', path, undefined, { host });
  expect((await asked('/healthz', '10.0.0.7:3000')).status).toBe(200);
  for (const path of ['/readyz', '/metrics', '/api/deploy/projects'])
    expect([path, (await asked(path, '10.0.0.7:3000')).status]).toStrictEqual([path, 403]);
  expect((await asked('/api/deploy/projects', 'engine.example.org')).status).toBe(200);
});

test('with AUTH=required, health and docs are public, metrics are not, and any Host is accepted', async () => {
  await using guarded = await startGuardedGateway();
  for (const [path, status] of [
    ['/healthz', 200],
    ['/readyz', 503],
    ['/api/docs', 200],
    ['/api/openapi.json', 200],
    ['/metrics', 401],
    ['/api/deploy/projects', 401],
  ] as const) {
    assert.equal((await fetch(`${guarded.url}${path}`)).status, status, path);
  }
  expect((await guarded.admin.get('/metrics')).status).toBe(200);
  const named = await guarded.admin.request('GET', '/api/deploy/projects', undefined, {
    host: 'any.example.org',
  });
  expect(named.status).toBe(200);
});
