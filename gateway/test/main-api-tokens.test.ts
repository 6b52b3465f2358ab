import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bearer, type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloDeployment } from './support.ts';

const ada = {
  id: 'u-1',
  username: 'ada',
  tenantId: 'acme',
  role: 'user',
  permissions: ['create:deployments'],
};
const asked: { url: string | undefined; authorization: string | undefined }[] = [];
const json =
  (value: unknown, status = 200): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
/** What the main API does with each token. */
const behaviour: Record<string, RequestListener> = {
  'token-of-ada': json(ada),
  'token-of-rival': json({ ...ada, id: 'u-2', tenantId: 'rival' }),
  'token-of-reader': json({ ...ada, id: 'u-3', permissions: ['list:deployments'] }),
  'token-of-wildcard': json({ ...ada, tenantId: '*' }),
  'token-of-subtenant': json({ ...ada, tenantId: 'acme.x' }),
  'token-of-failure': json({ error: 'token-of-failure' }, 500),
  'token-of-redirect': (_request, response) =>
    void response.writeHead(302, { location: '/api/auth/other' }).end(),
  'token-of-death': (request) => void request.socket.destroy(),
  'token-of-hang': () => undefined,
  'token-of-half': (_request, response) =>
    void response.writeHead(200, { 'content-length': '100' }).write('{"id'),
  'token-of-much': (_request, response) =>
    void response.end(JSON.stringify({ ...ada, more: 'x'.repeat(200_000) })),
};

const server = createServer((request, response) => {
  asked.push({ url: request.url, authorization: request.headers.authorization });
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  (behaviour[token] ?? json({ error: 'no' }, 401))(request, response);
});
let it: GuardedGateway;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  it = await startGuardedGateway({
    MAIN_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/main`,
    MAIN_API_AUTH: '1',
    JWT_TENANT_CLAIM: 'tenantId',
    JWT_PERMISSIONS_CLAIM: 'permissions',
    JWT_ROLES: 'admin=admin,create:deployments=deployer,list:deployments=viewer',
    AUTH_FAILURES_PER_MINUTE: '1000',
  });
});
afterAll(async () => {
  await it?.[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const client = (token: string) => bearer(it.url, token);
const listed = (token: string) => client(token).get('/api/deployments');

test('a token is checked by the main API, and its tenant and permissions are those of the caller', async () => {
  const made = await client('token-of-ada').post('/api/deployments', helloDeployment);
  expect([made.status, made.body.project_id]).toStrictEqual([202, `acme.${made.body.id}`]);
  const counts = await Promise.all(
    ['token-of-ada', 'token-of-reader', 'token-of-rival'].map(
      async (token) => (await listed(token)).body.deployments.length,
    ),
  );
  expect(counts).toStrictEqual([1, 1, 0]);
  expect((await client('token-of-rival').get(`/api/deployments/${made.body.id}`)).status).toBe(404);
  expect((await client('token-of-reader').post('/api/deployments', helloDeployment)).status).toBe(403);
  expect((await client('token-of-ada').get('/api/keys')).status).toBe(403);
  expect(asked[0]).toStrictEqual({ url: '/main/api/auth/me', authorization: 'Bearer token-of-ada' });
  expect(asked.filter(({ authorization }) => authorization?.endsWith('ada')).length).toBe(1);
  expect((await it.admin.get('/api/keys')).status).toBe(200);
});

test.each([
  ['an unknown token', 'token-of-nobody', 401],
  ['a tenant that is a wildcard', 'token-of-wildcard', 401],
  ['a tenant inside another one', 'token-of-subtenant', 401],
  ['a main API that fails', 'token-of-failure', 503],
  ['a redirect', 'token-of-redirect', 503],
  ['a main API that dies', 'token-of-death', 503],
  ['a huge answer', 'token-of-much', 503],
])('%s gives no access, and the answer does not have the token', async (_name, token, status) => {
  const { status: given, body } = await listed(token);
  expect(given).toBe(status);
  expect(JSON.stringify(body)).not.toContain(token);
});

test('while the main API hangs, others are served; the waiting requests end with 503', async () => {
  const hanging = ['token-of-hang', 'token-of-hang', 'token-of-half'].map(
    async (token) => (await listed(token)).status,
  );
  const first = await Promise.race([Promise.race(hanging), listed('token-of-ada').then(() => 'served')]);
  expect(first).toBe('served');
  expect(await Promise.all(hanging)).toStrictEqual([503, 503, 503]);
  expect(asked.filter(({ authorization }) => authorization === 'Bearer token-of-hang').length).toBe(1);
});

test.each([
  ['an address', { MAIN_API_URL: '' }, /MAIN_API_URL is missing/],
  ['the claim of the tenant', { JWT_TENANT_CLAIM: '' }, /JWT_TENANT_CLAIM: is missing/],
  ['a role of the engine', { JWT_ROLES: 'admin=root' }, /JWT_ROLES: must be entries/],
  ['a pattern with a separator', { JWT_TENANT_PROJECTS: '{tenant}*' }, /JWT_TENANT_PROJECTS: must be/],
  [
    'one way to check tokens',
    { JWT_SECRET_KEY: 'a-secret-of-more-than-thirty-two-bytes' },
    /MAIN_API_AUTH: JWT_SECRET_KEY/,
  ],
])('a start without %s is refused', async (_name, change, reason) => {
  const settings = {
    MAIN_API_URL: 'http://127.0.0.1:1',
    MAIN_API_AUTH: '1',
    JWT_TENANT_CLAIM: 'tenantId',
    ...change,
  };
  const started = startGuardedGateway(settings).then(async (gateway) => gateway[Symbol.asyncDispose]());
  await expect(started).rejects.toThrow(reason);
});
