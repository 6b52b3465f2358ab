import type { ClaimMapping } from './claims.ts';
import { type AskMainApi, Introspection } from './introspection.ts';

const mapping: ClaimMapping = {
  roleClaim: 'role',
  projectsClaim: 'projects',
  permissionsClaim: undefined,
  roleOf: undefined,
  tenantClaim: 'tenantId',
  tenantProjects: '{tenant}.*',
};
const ada = { id: 7, username: 'ada', tenantId: 'acme', role: 'deployer' };
const ok = { status: 200, text: JSON.stringify(ada) };
const token = 'a-token-of-the-main-api';

function started(answer: (asked: number) => ReturnType<AskMainApi>) {
  let [asked, now] = [0, 1_000_000];
  const introspection = new Introspection(
    mapping,
    () => answer(asked++),
    () => now,
  );
  const verify = (one = token) =>
    introspection.verify(one).then(
      ({ id, role, projects }) => [id, role, ...projects],
      (error) => error.code,
    );
  return { verify, asked: () => asked, wait: (ms: number) => (now += ms) };
}
const accepted = ['jwt:7', 'deployer', 'acme.*'];

test('an answer counts for a minute; then a token that was revoked is refused', async () => {
  const it = started(async (asked) => (asked === 0 ? ok : { status: 401, text: '' }));
  expect(await it.verify()).toStrictEqual(accepted);
  it.wait(59_999);
  expect([await it.verify(), it.asked()]).toStrictEqual([accepted, 1]);
  it.wait(1);
  expect([await it.verify(), it.asked()]).toStrictEqual(['unauthenticated', 2]);
});

test('a refusal counts for five seconds, no failure counts at all', async () => {
  const answers = [{ status: 401, text: '' }, { status: 500, text: '' }, ok];
  const it = started(async (asked) => answers[asked] ?? ok);
  expect([await it.verify(), await it.verify(), it.asked()]).toStrictEqual([
    'unauthenticated',
    'unauthenticated',
    1,
  ]);
  it.wait(5000);
  expect(await it.verify()).toBe('identity_provider_unavailable');
  expect([await it.verify(), it.asked()]).toStrictEqual([accepted, 3]);
});

test('a token that says when it ends is not accepted after that', async () => {
  const it = started(async (asked) => (asked === 0 ? ok : { status: 401, text: '' }));
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = `${part({ alg: 'HS256' })}.${part({ exp: 1010 })}.x`;
  expect(await it.verify(jwt)).toStrictEqual(accepted);
  it.wait(10_000);
  expect(await it.verify(jwt)).toBe('unauthenticated');
});

test('requests with one token share a call; at most 50 calls run at one time', async () => {
  const gate = Promise.withResolvers<typeof ok>();
  const it = started(() => gate.promise);
  const same = Array.from({ length: 20 }, () => it.verify());
  const others = Array.from({ length: 49 }, (_, index) => it.verify(`token-${index}`));
  expect(await it.verify('one-too-many')).toBe('identity_provider_unavailable');
  expect(it.asked()).toBe(50);
  gate.resolve(ok);
  expect(new Set((await Promise.all([...same, ...others])).map(String))).toStrictEqual(
    new Set([String(accepted)]),
  );
  expect(await it.verify('one-too-many')).toStrictEqual(accepted);
});

test.each([
  ['no JSON', '<html>', 'identity_provider_unavailable'],
  ['no user', JSON.stringify({ ...ada, id: undefined }), 'unauthenticated'],
  ['a list', JSON.stringify([ada]), 'unauthenticated'],
  ['nothing', 'null', 'unauthenticated'],
  ['an unknown role', JSON.stringify({ ...ada, role: 'root' }), 'unauthenticated'],
  ['a tenant that is every project', JSON.stringify({ ...ada, tenantId: '*' }), 'unauthenticated'],
  ['a tenant inside another one', JSON.stringify({ ...ada, tenantId: 'acme.b' }), 'unauthenticated'],
])('an answer with %s gives no access', async (_name, text, code) => {
  expect(await started(async () => ({ status: 200, text })).verify()).toBe(code);
});

test('neither a message nor its cause has the token', async () => {
  const introspection = new Introspection(mapping, async () => {
    throw new Error('ECONNREFUSED');
  });
  const error = await introspection.verify(token).catch((thrown) => thrown);
  expect(`${error.message} ${error.cause}`).toBe(
    'checking a token at MAIN_API_URL: it does not answer; try again later Error: ECONNREFUSED',
  );
});
