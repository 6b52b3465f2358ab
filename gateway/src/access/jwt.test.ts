import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import type { JwtConfig } from './access-config.ts';
import type { ClaimMapping } from './claims.ts';
import { createJwtVerifier } from './jwt.ts';

const mapping: ClaimMapping = {
  roleClaim: 'role',
  projectsClaim: 'projects',
  permissionsClaim: undefined,
  roleOf: undefined,
  tenantClaim: undefined,
  tenantProjects: '{tenant}.*',
};
const config: JwtConfig = {
  secret: 'a-secret-of-more-than-thirty-two-bytes',
  jwksUrl: undefined,
  algorithm: 'HS256',
  issuer: 'https://id.example.org',
  audience: 'deployment-engine',
  maxLifetimeSeconds: 3600,
  mapping,
};
const now = () => Math.floor(Date.now() / 1000);
const claims = (more: JWTPayload = {}): JWTPayload => ({
  iss: config.issuer,
  aud: config.audience,
  sub: 'ada',
  jti: 'j-1',
  iat: now(),
  exp: now() + 600,
  role: 'deployer',
  projects: ['a-*'],
  ...more,
});
type Key = Parameters<SignJWT['sign']>[0];
const sign = (more: JWTPayload = {}, key: Key = new TextEncoder().encode(config.secret), head: object = {}) =>
  new SignJWT(claims(more)).setProtectedHeader({ alg: 'HS256', ...head }).sign(key);
const verify = createJwtVerifier(config);
const principalOf = async (more: JWTPayload) => verify(await sign(more));

test('a valid token gives the principal that its claims describe', async () => {
  expect(await principalOf({})).toStrictEqual({
    kind: 'jwt',
    id: 'jwt:ada',
    name: 'ada',
    role: 'deployer',
    projects: ['a-*'],
    blastRadius: null,
    stackLimits: null,
  });
  expect((await principalOf({ name: 'Ada Lovelace' })).name).toBe('Ada Lovelace');
  expect((await principalOf({ name: 'Ada\nLovelace' })).name).toBe('ada');
  expect((await principalOf({ sub: 's'.repeat(200) })).id).toBe(`jwt:${'s'.repeat(200)}`);
});

test.each([
  ['a list', ['a', 'b-*'], ['a', 'b-*']],
  ['an empty list', [], []],
  ['a text with commas and spaces', ' a, b  c,,d ', ['a', 'b', 'c', 'd']],
  ['100 patterns', Array(100).fill('a'), Array(100).fill('a')],
])('projects may be %s', async (_name, projects, expected) => {
  expect((await principalOf({ projects })).projects).toStrictEqual(expected);
});

test('role and projects are read from the configured claims', async () => {
  const other = createJwtVerifier({
    ...config,
    mapping: { ...mapping, roleClaim: 'r', projectsClaim: 'p' },
  });
  const { role, projects } = await other(await sign({ r: 'viewer', p: ['x'] }));
  expect([role, projects]).toStrictEqual(['viewer', ['x']]);
});

test.each<[string, JWTPayload, RegExp]>([
  ['a subject of more than 200 characters', { sub: 's'.repeat(201) }, /sub and jti/],
  ['a subject with a control character', { sub: 'a\nb' }, /sub and jti/],
  ['an empty id', { jti: '' }, /sub and jti/],
  ['a role that is unknown', { role: 'root' }, /claim role must be/],
  ['projects that are a number', { projects: 1 }, /claim projects must be/],
  ['a project that is not a pattern', { projects: ['a/b'] }, /claim projects must be/],
  ['101 patterns', { projects: Array(101).fill('a') }, /claim projects must be/],
  ['a lifetime above the limit', { exp: now() + 3700 }, /longer than 3600 s/],
  ['an end before its beginning', { iat: now() + 4, exp: now() + 3 }, /longer than 3600 s/],
  ['an end at its beginning', { iat: now() + 3, exp: now() + 3 }, /longer than 3600 s/],
  ['an end in the past', { iat: now() - 60, exp: now() - 30 }, /it has expired/],
  ['another issuer', { iss: 'x' }, /claim iss is missing or wrong/],
  ['another audience', { aud: 'x' }, /claim aud is missing or wrong/],
  ['no id', { jti: undefined as never }, /claim jti is missing or wrong/],
])('a token with %s is refused, with the reason', async (_name, more, reason) => {
  const refused = expect(sign(more).then(verify)).rejects;
  await refused.toMatchObject({ code: 'unauthenticated' });
  await expect(sign(more).then(verify)).rejects.toThrow(reason);
});

test('the longest lifetime is allowed, and so is a clock that differs by seconds', async () => {
  const begin = now();
  await principalOf({ iat: begin, exp: begin + 3600 });
  await principalOf({ iat: now() - 60, exp: now() - 2 });
});

test('a token that is malformed or has a wrong signature is refused without the reason', async () => {
  for (const token of ['nonsense', await sign({}, new TextEncoder().encode('x'.repeat(40)))])
    await expect(verify(token)).rejects.toThrow(/malformed, or its signature or algorithm is wrong/);
});

describe('with a key set', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let answer: { status: number; body: string };
  let server: Server;
  let jwksUrl = '';
  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    jwksUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** Verifies with a key set that was not read before. */
  async function verifyWith(keys: unknown, kid: string | undefined, status = 200) {
    answer = { status, body: typeof keys === 'string' ? keys : JSON.stringify(keys) };
    const verifier = createJwtVerifier({ ...config, secret: undefined, jwksUrl, algorithm: 'ES256' });
    return verifier(await sign({}, privateKey, { alg: 'ES256', ...(kid ? { kid } : {}) }));
  }
  const key = async (kid?: string) => ({ ...(await exportJWK(publicKey)), ...(kid ? { kid } : {}) });

  test('a token signed with a key of the set is valid', async () => {
    expect((await verifyWith({ keys: [await key('one')] }, 'one')).id).toBe('jwt:ada');
  });

  test('a token is refused if no key matches, or several do', async () => {
    const reason = /its key is not one of the issuer’s/;
    await expect(verifyWith({ keys: [await key('one')] }, 'two')).rejects.toThrow(reason);
    await expect(verifyWith({ keys: [] }, 'one')).rejects.toThrow(reason);
    await expect(verifyWith({ keys: [await key(), await key()] }, undefined)).rejects.toThrow(reason);
  });

  test.each([
    ['an error', { keys: [] }, 500],
    ['no JSON', 'not json', 200],
    ['no key set', { nothing: [] }, 200],
  ])('an issuer that answers with %s makes tokens impossible to check', async (_name, body, status) => {
    const refused = verifyWith(body, 'one', status);
    await expect(refused).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
    await expect(refused).rejects.toHaveProperty('cause', expect.any(Error));
  });

  test('so does an issuer that cannot be reached', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await once(free, 'listening');
    const { port } = free.address() as AddressInfo;
    await new Promise((done) => free.close(done));
    const verifier = createJwtVerifier({
      ...config,
      secret: undefined,
      jwksUrl: `http://127.0.0.1:${port}/`,
      algorithm: 'ES256',
    });
    const token = await sign({}, privateKey, { alg: 'ES256' });
    await expect(verifier(token)).rejects.toMatchObject({ code: 'identity_provider_unavailable' });
  });
});
