import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import { signatureHeaders, signRunnerRequest } from '@deployment-engine/runner-api';
import { decodeJwt, SignJWT } from 'jose';
import { createClient } from '../../testing/client.ts';
import { Engine } from '../../testing/engine.ts';
import { assertInsideIsClosed } from './inside-is-closed.ts';

const secret = 'a-secret-of-the-identity-provider-0123456789';
const jwt = { JWT_SECRET_KEY: secret, JWT_ISSUER: 'https://id.example.org', JWT_AUDIENCE: 'engine' };
const hello = 'resource "terraform_data" "a" {}\n';

describe('callers that lie about who they are', () => {
  /** Local and open, as by default. */
  let open: Engine;
  /** The same engine, but it requires credentials. */
  let closed: Engine;
  beforeAll(async () => {
    open = await Engine.start();
    closed = await Engine.start({ gatewayEnv: { AUTH: 'required', ...jwt } });
  });
  afterAll(async () => {
    await open?.[Symbol.asyncDispose]();
    await closed?.[Symbol.asyncDispose]();
  });
  const admin = async () => {
    const key = (await readFile(join(closed.directory, 'data', 'admin.key'), 'utf8')).trim();
    return createClient(closed.url, { authorization: `Bearer ${key}` });
  };

  test('row 29: project ids that are paths', async () => {
    const path = '..%2f..%2f..%2fetc';
    const joined = normalize(join(open.directory, 'workspaces', decodeURIComponent(path)));
    assert.ok(!joined.startsWith(join(open.directory, 'workspaces')), 'the path would stay inside');
    const client = createClient(open.url);
    const ids = [
      '../../evil',
      '..',
      'a/b',
      'a\0b',
      'a\\b',
      ['a'],
      { a: 1 },
      '.evil',
      'x'.repeat(65),
      '%2e%2e',
      'ä',
    ];
    for (const projectId of ids)
      expect((await client.post('/api/deploy', { projectId, iacCode: hello })).status).toBe(400);
    for (const id of [path, '%00', '..%5c..', 'a%2fb', '%252e%252e%252f'])
      for (const view of ['infrastructure', 'outputs', 'state', 'costs', 'history', 'policy', 'secrets']) {
        const { status } = await client.get(`/api/deploy/${view}/${id}`);
        assert.ok(status === 400 || status === 404, `${view}/${id}: ${status}`);
      }
    expect((await readdir(open.directory)).sort()).toStrictEqual(['data', 'workspaces']);
    expect(await readdir(join(open.directory, 'workspaces'))).toStrictEqual([]);
  });

  test('row 30: bodies that break or poison the parser', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    assert.throws(() => JSON.stringify(JSON.parse(deep)), RangeError);
    const client = createClient(open.url);
    const nested = await client.post(
      '/api/deploy',
      `{"projectId":"a","iacCode":"x","variables":{"a":${deep}}}`,
    );
    expect(nested.status).toBe(400);
    const polluting = `{"projectId":"poisoned","iacCode":${JSON.stringify(hello)},"__proto__":{"autoApprove":false}}`;
    expect(Object.assign({}, Reflect.get(JSON.parse(polluting), '__proto__')).autoApprove).toBe(false);
    expect((await client.post('/api/deploy', polluting)).status).toBe(400);
    const inside = `{"projectId":"inside","iacCode":${JSON.stringify(hello)},"variables":{"__proto__":{"autoApprove":false},"constructor":{"prototype":{"x":1}}}}`;
    await client.post('/api/deploy', inside);
    const job = await client.complete('/api/deploy', { projectId: 'after', iacCode: hello });
    assert.equal(job.status, 'completed', 'the defaults were polluted');
  });

  test('row 31: a URL in a request is fetched by nobody, or only outside of private networks', async () => {
    const client = createClient(open.url);
    for (const name of ['templateUrl', 'url', 'source', 'webhook', 'callbackUrl']) {
      const body = { projectId: 'a', iacCode: hello, [name]: open.runnerUrl };
      assert.equal((await client.post('/api/deploy', body)).status, 400, name);
    }
    const { paths } = (await client.get('/api/openapi.json')).body;
    const bodies = JSON.stringify(
      Object.values(paths).flatMap((path) =>
        Object.values(path as object).map(({ requestBody }) => requestBody),
      ),
    );
    const urls = bodies.match(/"[^"]*":\{[^{}]*"format":"uri"[^{}]*\}/g) ?? [];
    // A runner says by signed heartbeat where it listens. Others name only where a template is, and where to send a notification.
    const names = urls.map((property) => property.split('"')[1]).toSorted();
    expect(names).toStrictEqual(['template_url', 'template_url', 'url', 'url', 'url']);
    await assertInsideIsClosed(client, open.runnerUrl);
  });

  test('row 32: tokens that are forged or too good', async () => {
    const sign = (claims: object, more: { key?: string; exp?: string | null; alg?: string } = {}) => {
      const token = new SignJWT({ role: 'admin', projects: ['*'], sub: 'me', jti: 'x', ...claims })
        .setProtectedHeader({ alg: more.alg ?? 'HS256' })
        .setIssuer(jwt.JWT_ISSUER)
        .setAudience(jwt.JWT_AUDIENCE)
        .setIssuedAt();
      if (more.exp !== null) token.setExpirationTime(more.exp ?? '10m');
      return token.sign(new TextEncoder().encode(more.key ?? secret));
    };
    const status = async (token: string) =>
      (await createClient(closed.url, { authorization: `Bearer ${token}` }).get('/api/keys')).status;
    const good = await sign({});
    expect(await status(good)).toBe(200);
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = {
      'without a signature': `${part({ alg: 'none' })}.${good.split('.')[1]}.`,
      'with another claim under the old signature': `${good.split('.')[0]}.${part({ ...decodeJwt(good), sub: 'you' })}.${good.split('.')[2]}`,
      'of another secret': await sign({}, { key: 'x'.repeat(40) }),
      'of another algorithm': await sign({}, { alg: 'HS512' }),
      'without an end': await sign({}, { exp: null }),
      'that lasts for a day': await sign({}, { exp: '24h' }),
      'that has ended': await sign({}, { exp: '-1m' }),
      'without an id': await sign({ jti: undefined }),
      'without a subject': await sign({ sub: undefined }),
      'of an unknown role': await sign({ role: 'root' }),
    };
    for (const [name, token] of Object.entries(forged)) {
      assert.ok(decodeJwt(token), 'a careless reader takes it');
      assert.equal(await status(token), 401, name);
    }
    await expect(Engine.start({ gatewayEnv: { ...jwt, JWT_SECRET_KEY: 'abc' } })).rejects.toThrow(
      /JWT_SECRET_KEY/,
    );
  });

  test('row 33: other addresses of this machine, other names, other sites', async () => {
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.family === 'IPv4' && !address.internal);
    if (outside)
      await expect(fetch(`http://${outside.address}:${open.gatewayPort}/healthz`)).rejects.toThrow(
        /fetch failed/,
      );
    const ask = (headers: Record<string, string>, method = 'GET', path = '/api/deploy/jobs') =>
      statusOf(open.gatewayPort, method, path, headers);
    expect(await ask({})).toBe(200);
    expect(await ask({ host: 'evil.example.org' })).toBe(403);
    expect(await ask({ origin: 'https://evil.example.org' }, 'POST', '/api/deploy')).toBe(403);
    expect(await ask({ 'sec-fetch-site': 'cross-site' }, 'POST', '/api/deploy')).toBe(403);
    expect(await ask({ 'content-type': 'text/plain' }, 'POST', '/api/deploy')).toBe(415);
    await using careless = await Engine.start({ gatewayEnv: { ALLOWED_HOSTS: 'evil.example.org' } });
    const headers = { host: 'evil.example.org' };
    expect(await statusOf(careless.gatewayPort, 'GET', '/api/deploy/jobs', headers)).toBe(200);
  });

  test('row 34: an address that changes with every call', async () => {
    const guess = async (port: number) => {
      const statuses = new Set<number>();
      for (let i = 0; i < 40; i++) {
        const headers = { authorization: `Bearer de_guess_${i}`, 'x-forwarded-for': `203.0.113.${i}` };
        statuses.add(await statusOf(port, 'GET', '/api/deploy/jobs', headers));
      }
      return statuses;
    };
    await using trusting = await Engine.start({ gatewayEnv: { AUTH: 'required', TRUST_PROXY: '1' } });
    assert.deepEqual(await guess(trusting.gatewayPort), new Set([401]), 'the attack does not work by itself');
    await using strict = await Engine.start({ gatewayEnv: { AUTH: 'required' } });
    assert.ok((await guess(strict.gatewayPort)).has(429));
  });

  test('rows 35 and 36: calls to the runner that are not its gateway’s, or not new', async () => {
    const ask = async (path: string, headers: Record<string, string>) =>
      (await fetch(`${open.runnerUrl}${path}`, { headers })).status;
    const now = Math.floor(Date.now() / 1000);
    expect(await ask('/capacity', {})).toBe(401);
    expect(await ask('/capacity', signed('another-token-of-32-characters-xx', now))).toBe(401);
    expect(await ask('/capacity', signed(open.token, now - 120))).toBe(401);
    expect(await ask('/capacity', signed(open.token, now + 120))).toBe(401);
    const good = signed(open.token, now);
    expect(await ask('/capacity', good)).toBe(200);
    assert.equal(await ask('/capacity', good), 401, 'a call that was heard works again');
    assert.equal(
      await ask('/runs/any', signed(open.token, now)),
      401,
      'a signature is good for another path',
    );
  });

  test('row 37: archives and file lists that are bombs, or leave their folder', async () => {
    const client = await admin();
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}.tf`, '']));
    const listed = await client.post('/api/deploy', { projectId: 'bomb', files: many });
    assert.ok(listed.status === 400 || listed.status === 413, String(listed.status));
    for (const path of ['../x.tf', '/etc/x.tf', 'a/../../x.tf', 'a\\..\\x.tf', 'a//b.tf', './a.tf']) {
      const answer = await client.post('/api/deploy', {
        projectId: 'paths',
        files: { 'main.tf': hello, [path]: '' },
      });
      assert.equal(answer.status, 400, path);
    }
    const before = (await readdir(closed.directory, { recursive: true })).filter((file) => /evil/.test(file));
    for (const archive of [
      tar('../../../evil.txt', 'x'),
      Buffer.alloc(1024, 1),
      Buffer.alloc(64 * 1024 * 1024),
    ]) {
      const key = (await readFile(join(closed.directory, 'data', 'admin.key'), 'utf8')).trim();
      const answer = await fetch(`${closed.url}/api/admin/restore`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/gzip' },
        body: new Uint8Array(gzipSync(archive)),
      });
      expect(answer.status).toBe(400);
    }
    const after = (await readdir(closed.directory, { recursive: true })).filter((file) => /evil/.test(file));
    expect(after).toStrictEqual(before);
    expect((await client.get('/api/deploy/jobs')).status).toBe(200);
  });

  test('row 38: what belongs to another project, by its id', async () => {
    const client = await admin();
    const job = await client.complete('/api/deploy', { projectId: 'victim', iacCode: hello });
    const made = await client.post('/api/keys', { name: 'thief', role: 'admin', projects: ['thief'] });
    const thief = createClient(closed.url, { authorization: `Bearer ${made.body.key}` });
    const paths = [
      `/api/deploy/status/${job.jobId}`,
      `/api/deploy/jobs/${job.jobId}/logs`,
      `/api/deploy/jobs/${job.jobId}/events`,
      `/api/deploy/jobs/${job.jobId}/plan`,
      '/api/deploy/state/victim',
      '/api/deploy/outputs/victim',
      '/api/deploy/state/victim/versions/1',
    ];
    for (const path of paths) {
      assert.equal((await client.get(path)).status, 200, path);
      const [theirs, nobodys] = [
        await thief.get(path),
        await thief.get(path.replace(/victim|deploy-\d+/, 'nobody')),
      ];
      assert.equal(theirs.status, 404, path);
      expect(theirs.body.code).toBe(nobodys.status === 404 ? nobodys.body.code : theirs.body.code);
    }
    expect((await thief.post('/api/deploy/destroy', { projectId: 'victim' })).status).toBe(404);
    expect((await thief.post(`/api/deploy/jobs/${job.jobId}/cancel`, {})).status).toBe(404);
    expect((await thief.get('/api/deploy/jobs')).body.jobs).toStrictEqual([]);
    expect((await thief.get('/api/deploy/projects')).body.projects).toStrictEqual([]);
  });
});

/** Makes a request with headers that `fetch` does not send. */
function statusOf(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end(method === 'POST' ? '{}' : undefined);
  });
}

/** A tar archive of one file. */
function tar(path: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write('0', 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, Buffer.from(content.padEnd(512, '\0')), Buffer.alloc(1024)]);
}

/** Returns the headers of a gateway's call to `GET /capacity` of its runner. */
function signed(token: string, epochSeconds: number): Record<string, string> {
  const timestamp = String(epochSeconds);
  const nonce = randomUUID();
  const body = new Uint8Array();
  const signature = signRunnerRequest(token, { method: 'GET', path: '/capacity', timestamp, nonce, body });
  return {
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: signature,
  };
}
