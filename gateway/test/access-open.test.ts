import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { bearer, startGuardedGateway } from './access-support.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
before(async () => {
  it = await startTestGateway({
    ALLOWED_HOSTS: 'engine.example.org',
    CORS_ORIGINS: 'https://console.example.org',
  });
});
after(() => it?.[Symbol.asyncDispose]());

/** Unlike fetch, it sends the headers that a browser sets by itself. */
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

test('a first call from this machine needs no key', async () => {
  assert.equal((await send('POST', '/api/deploy', json, deploy('first'))).status, 202);
  assert.equal((await send('GET', '/api/deploy/projects', { host: `localhost:${port()}` })).status, 200);
  assert.equal((await send('GET', '/api/deploy/projects', { host: 'ENGINE.example.org' })).status, 200);
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
  test(`DNS rebinding: Host ${host} is refused, for reading and for writing`, async () => {
    const headers = { host: host.replace('PORT', String(port())) };
    for (const path of ['/api/deploy/projects', '/api/docs', '/metrics', '/healthz'])
      assert.equal((await send('GET', path, headers)).status, 403, path);
    assert.equal((await send('POST', '/api/deploy', { ...headers, ...json }, deploy('rebound'))).status, 403);
    assert.equal(await exists('rebound'), 404);
  });

const pages: Record<string, Record<string, string>> = {
  'of another origin': { origin: 'https://evil.example.org' },
  'without an origin of its own': { origin: 'null' },
  'of another port of this machine': { origin: 'http://127.0.0.1:1' },
  'that sends no Origin, across sites': { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
  'of the same site': { 'sec-fetch-site': 'same-site' },
};
for (const [name, headers] of Object.entries(pages))
  test(`a page ${name} can neither read nor write`, async () => {
    for (const path of ['/api/deploy/projects', '/api/admin/backup', '/metrics'])
      assert.equal((await send('GET', path, headers)).status, 403, path);
    assert.equal((await send('POST', '/api/deploy', { ...headers, ...json }, deploy('page'))).status, 403);
    const preflight = await send('OPTIONS', '/api/deploy', {
      ...headers,
      'access-control-request-method': 'POST',
    });
    assert.equal(preflight.headers['access-control-allow-origin'], undefined);
    assert.equal(await exists('page'), 404);
  });

test('the own docs page and configured origins may call', async () => {
  const own = { origin: it.url, 'sec-fetch-site': 'same-origin' };
  assert.equal((await send('GET', '/api/deploy/projects', own)).status, 200);
  const console = { origin: 'https://console.example.org', 'sec-fetch-site': 'cross-site' };
  const answer = await send('GET', '/api/deploy/projects', console);
  assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, console.origin]);
  assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  const preflight = await send('OPTIONS', '/api/deploy', {
    ...console,
    'access-control-request-method': 'POST',
  });
  assert.deepEqual(
    [preflight.status, preflight.headers['access-control-allow-origin']],
    [204, console.origin],
  );
});

test('what a page can send without asking first, a form, is not taken', async () => {
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
    assert.equal(
      (await send('POST', '/api/deploy', { 'content-type': type }, deploy('form'))).status,
      415,
      type,
    );
  assert.equal(await exists('form'), 404);
});

test('a key that is given is checked, on an open engine too', async () => {
  const wrong = bearer(it.url, `de_${'0'.repeat(16)}_${'A'.repeat(43)}`);
  assert.equal((await wrong.get('/api/deploy/projects')).status, 401);
  assert.equal((await bearer(it.url, it.gateway.firstKey?.key ?? '').get('/api/keys')).status, 200);
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
  test(`a call that came through a proxy (${header}) is not from this machine`, async () => {
    assert.equal((await send('GET', '/api/deploy/projects', { [header]: '127.0.0.1' })).status, 401);
  });

test('a call in HTTP/1.0, as simple proxies make them, is not from this machine', async () => {
  const socket = connect(port(), '127.0.0.1').setEncoding('utf8');
  socket.end(`GET /api/deploy/projects HTTP/1.0\r\nHost: 127.0.0.1:${port()}\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  assert.match(answer, /^HTTP\/1\.1 401 /);
});

test('every answer has the headers of a careful server', async () => {
  for (const path of ['/api/deploy/projects', '/api/nothing', '/api/docs']) {
    const { headers } = await send('GET', path, {});
    assert.equal(headers['x-content-type-options'], 'nosniff', path);
    assert.match(String(headers['content-security-policy']), /default-src 'self'/);
    assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/);
    assert.equal(headers['x-powered-by'], undefined);
    assert.equal(headers['access-control-allow-origin'], undefined);
  }
});

test('with AUTH=required, health and docs are public, figures are not, and Host is free', async () => {
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
  assert.equal((await guarded.admin.get('/metrics')).status, 200);
  const named = await guarded.admin.request('GET', '/api/deploy/projects', undefined, {
    host: 'any.example.org',
  });
  assert.equal(named.status, 200);
});
