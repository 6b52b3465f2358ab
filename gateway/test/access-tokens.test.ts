import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { bearer, type GuardedGateway, jwtSettings, startGuardedGateway } from './access-support.ts';
import { helloCode } from './support.ts';

const secret = new TextEncoder().encode(jwtSettings.JWT_SECRET_KEY);
const now = () => Math.floor(Date.now() / 1000);
const claims = (more: JWTPayload = {}): JWTPayload => ({
  iss: jwtSettings.JWT_ISSUER,
  aud: jwtSettings.JWT_AUDIENCE,
  sub: 'ada',
  jti: 'j-1',
  iat: now(),
  exp: now() + 600,
  role: 'deployer',
  projects: ['a-*'],
  ...more,
});
const without = (name: string): JWTPayload => {
  const { [name]: _left, ...rest } = claims();
  return rest;
};
const signed = (
  payload: JWTPayload,
  key: Parameters<SignJWT['sign']>[0] = secret,
  alg = 'HS256',
  kid?: string,
) => new SignJWT(payload).setProtectedHeader({ alg, ...(kid ? { kid } : {}) }).sign(key);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const refused: Record<string, () => Promise<string> | string> = {
  'with alg none': () => `${part({ alg: 'none' })}.${part(claims())}.`,
  'with alg none and an old signature': async () =>
    `${part({ alg: 'None' })}.${(await signed(claims())).split('.').slice(1).join('.')}`,
  'with another secret': () =>
    signed(claims(), new TextEncoder().encode('another-secret-of-thirty-two-bytes!!')),
  'with a longer HMAC than the configured one': () => signed(claims(), secret, 'HS512'),
  'that has expired': () => signed(claims({ iat: now() - 900, exp: now() - 60 })),
  'without exp': () => signed(without('exp')),
  'without iat': () => signed(without('iat')),
  'without iss': () => signed(without('iss')),
  'without aud': () => signed(without('aud')),
  'without sub': () => signed(without('sub')),
  'without jti': () => signed(without('jti')),
  'without a role': () => signed(without('role')),
  'without projects': () => signed(without('projects')),
  'valid for two hours': () => signed(claims({ exp: now() + 7200 })),
  'issued in the future': () => signed(claims({ iat: now() + 300, exp: now() + 900 })),
  'not valid yet': () => signed(claims({ nbf: now() + 300 })),
  'of another issuer': () => signed(claims({ iss: 'https://evil.example.org' })),
  'for another audience': () => signed(claims({ aud: 'somebody-else' })),
  'with an unknown role': () => signed(claims({ role: 'root' })),
  'with a role that is a list': () => signed(claims({ role: ['admin'] })),
  'with an invalid pattern': () => signed(claims({ projects: ['../*'] })),
  'with an empty subject': () => signed(claims({ sub: '' })),
  'whose payload was changed': async () => {
    const [head, , signature] = (await signed(claims())).split('.');
    return `${head}.${part(claims({ role: 'admin' }))}.${signature}`;
  },
  'that is not a token': () => 'nonsense',
  'of three empty parts': () => '..',
};

describe('tokens signed with a shared secret', () => {
  let it: GuardedGateway;
  beforeAll(async () => {
    it = await startGuardedGateway({ ...jwtSettings, AUTH_FAILURES_PER_MINUTE: '1000' });
  });
  afterAll(() => it?.[Symbol.asyncDispose]());

  test('a valid one is accepted, with its role and scope', async () => {
    const client = bearer(it.url, await signed(claims()));
    expect((await client.post('/api/deploy', { projectId: 'a-1', iacCode: helloCode })).status).toBe(202);
    expect((await client.post('/api/deploy', { projectId: 'b-1', iacCode: helloCode })).status).toBe(403);
    expect((await client.get('/api/deploy/infrastructure/b-1')).status).toBe(404);
    expect((await client.get('/api/keys')).status).toBe(403);
    const { jobs } = (await it.admin.get('/api/deploy/jobs')).body;
    expect(jobs.map((job: { projectId: string }) => job.projectId)).toStrictEqual(['a-1']);
  });

  test("another project's job gives the same 404 as a job that does not exist", async () => {
    const { body } = await it.admin.post('/api/deploy', { projectId: 'b-2', iacCode: helloCode });
    const client = bearer(it.url, await signed(claims()));
    for (const path of ['status/ID', 'jobs/ID/events', 'jobs/ID/logs', 'jobs/ID/plan']) {
      const answer = await client.get(`/api/deploy/${path.replace('ID', body.jobId)}`);
      assert.deepEqual([answer.status, answer.body.code], [404, 'job_not_found'], path);
    }
    expect((await client.post(`/api/deploy/jobs/${body.jobId}/cancel`, {})).status).toBe(404);
    expect((await it.admin.get(`/api/deploy/status/${body.jobId}`)).body.status).toBe('pending');
  });

  for (const [name, token] of Object.entries(refused))
    test(`a token ${name} is refused`, async () => {
      const answer = await bearer(it.url, await token()).get('/api/deploy/projects');
      assert.deepEqual([answer.status, answer.body.code], [401, 'unauthenticated'], answer.body.error);
      expect(answer.headers.get('www-authenticate') ?? '').toMatch(/^Bearer/);
    });
});

describe('tokens signed with a key of a key set', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let provider: Server;
  let fetched = 0;
  let it: GuardedGateway;

  beforeAll(async () => {
    const keys = [
      { ...(await exportJWK(publicKey)), kid: 'rsa' },
      { ...(await exportJWK(elliptic.publicKey)), kid: 'ec' },
    ];
    provider = createServer((_request, response) => {
      fetched += 1;
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
    }).listen(0, '127.0.0.1');
    await once(provider, 'listening');
    const { JWT_ISSUER, JWT_AUDIENCE } = jwtSettings;
    const JWKS_URL = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`;
    it = await startGuardedGateway({ JWT_ISSUER, JWT_AUDIENCE, JWKS_URL });
  });
  afterAll(async () => {
    await it?.[Symbol.asyncDispose]();
    provider.close();
  });
  const statusOf = async (token: string) => (await bearer(it.url, token).get('/api/deploy/projects')).status;

  test('valid ones are accepted, and the key set is read once', async () => {
    for (let index = 0; index < 5; index += 1)
      expect(await statusOf(await signed(claims(), privateKey, 'RS256', 'rsa'))).toBe(200);
    expect(fetched).toBe(1);
  });

  test('an HMAC with the public key as its secret is refused', async () => {
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    const text = `${part({ alg: 'HS256', kid: 'rsa' })}.${part(claims())}`;
    const forged = `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
    expect(await statusOf(forged)).toBe(401);
  });

  test('other keys and other algorithms are refused, even with a key of the set', async () => {
    expect(await statusOf(await signed(claims(), stranger.privateKey, 'RS256', 'rsa'))).toBe(401);
    expect(await statusOf(await signed(claims(), stranger.privateKey, 'RS256', 'unknown'))).toBe(401);
    expect(await statusOf(await signed(claims(), privateKey, 'PS256', 'rsa'))).toBe(401);
    expect(await statusOf(await signed(claims(), elliptic.privateKey, 'ES256', 'ec'))).toBe(401);
    assert.equal(fetched, 1, 'an unknown key id does not make the gateway ask again at once');
  });
});

test('an identity provider that does not answer gives 503, and API keys still work', async () => {
  const { JWT_ISSUER, JWT_AUDIENCE } = jwtSettings;
  await using it = await startGuardedGateway({
    JWT_ISSUER,
    JWT_AUDIENCE,
    JWKS_URL: 'http://127.0.0.1:9/jwks',
  });
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const answer = await bearer(it.url, await signed(claims(), privateKey, 'RS256')).get(
    '/api/deploy/projects',
  );
  expect([answer.status, answer.body.code]).toStrictEqual([503, 'identity_provider_unavailable']);
  expect((await it.admin.get('/api/deploy/projects')).status).toBe(200);
});
