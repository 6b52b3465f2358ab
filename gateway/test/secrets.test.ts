import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { resealOld } from '../src/jobs/housekeeping/reseal.ts';
import { findRevision } from '../src/projects/revisions/store.ts';
import { JobSecrets } from '../src/projects/secrets/job-secrets.ts';
import { storedSecretsRedactor } from '../src/projects/secrets/project-redactor.ts';
import { readSecrets } from '../src/projects/secrets/store.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { onEachGateway, startTestGateway, type TestGateway } from './support.ts';

const password = 'correct-horse-battery';
const put = (it: Awaited<ReturnType<typeof startTestGateway>>, path: string, body: unknown) =>
  it.client.request('PUT', `/api/deploy/secrets/${path}`, body);

onEachGateway((it) => {
  test('a secret is set, listed by name, replaced and removed, but its value is never answered', async () => {
    const first = await put(it(), 'web/variables', { variables: { db_password: password, size: 3 } });
    expect(first.status).toBe(200);
    expect(first.body.variables.map((variable: { name: string }) => variable.name)).toStrictEqual([
      'db_password',
      'size',
    ]);
    const credentials = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'a-secret-key-of-aws' };
    await put(it(), 'web/credentials', { credentials });
    const listed = await it().client.get('/api/deploy/secrets/web');
    expect(listed.body.credentials.length).toBe(2);
    assert.ok(!JSON.stringify([first.body, listed.body]).match(/correct-horse|a-secret-key/));
    await put(it(), 'web/variables', { variables: { size: null, db_password: 'another-one' } });
    const { query } = it().gateway.context.database;
    const secrets = await readSecrets(query, it().gateway.context.encryption, 'web');
    expect(secrets.variables).toStrictEqual({ db_password: 'another-one' });
    expect(secrets.credentials).toStrictEqual(credentials);
  });

  test('a replaced or removed value is still redacted, and is not listed', async () => {
    await put(it(), 'old/variables', { variables: { token: 'value-of-before', gone: 'value-that-went' } });
    await put(it(), 'old/variables', { variables: { token: 'value-of-now', gone: null } });
    await put(it(), 'old/credentials', { credentials: { AWS_REGION: 'eu-west-1' } });
    await put(it(), 'old/credentials', { credentials: { AWS_REGION: 'eu-central-1' } });
    const redactor = await storedSecretsRedactor(it().gateway.context, 'old');
    expect(redactor.redactText('value-of-before value-that-went value-of-now eu-west-1')).toBe(
      '(redacted) (redacted) (redacted) eu-west-1',
    );
    const listed = (await it().client.get('/api/deploy/secrets/old')).body;
    expect(listed.variables.map((variable: { name: string }) => variable.name)).toStrictEqual(['token']);
    expect((await it().client.post('/api/deploy/secrets/old/rotate', {})).status).toBe(200);
    const rotated = await storedSecretsRedactor(it().gateway.context, 'old');
    expect(rotated.redactText('value-that-went')).toBe('(redacted)');
  });

  test('a stored secret is bound to its project and name, and survives rotations', async () => {
    await put(it(), 'a/variables', { variables: { token: password } });
    await put(it(), 'b/variables', { variables: { token: 'of-project-b' } });
    const { context } = it().gateway;
    const { query } = context.database;
    const rows = () => query.selectFrom('project_secrets').selectAll().where('name', '=', 'token').execute();
    const before = await rows();
    assert.ok(!before.some((row) => Buffer.from(row.content).includes(password)));

    expect((await it().client.post('/api/deploy/secrets/a/rotate', {})).status).toBe(200);
    const after = await rows();
    const of = (set: typeof before, id: string) => Buffer.from(set.find((r) => r.project_id === id)!.content);
    assert.ok(!of(before, 'a').equals(of(after, 'a')));
    assert.ok(of(before, 'b').equals(of(after, 'b')));
    expect((await readSecrets(query, context.encryption, 'a')).variables.token).toBe(password);

    const stolen = of(after, 'a');
    await query
      .updateTable('project_secrets')
      .set({ content: stolen })
      .where('project_id', '=', 'b')
      .execute();
    await assert.rejects(readSecrets(query, context.encryption, 'b'));
    await query
      .updateTable('project_data_keys')
      .set({ data_key: await keyOf('a') })
      .where('project_id', '=', 'b')
      .execute();
    await assert.rejects(readSecrets(query, context.encryption, 'b'));

    async function keyOf(projectId: string) {
      const row = await query
        .selectFrom('project_data_keys')
        .select('data_key')
        .where('project_id', '=', projectId)
        .executeTakeFirstOrThrow();
      return row.data_key;
    }
  });
});

test('with a new engine key, values sealed with the old one open and are sealed again', async () => {
  const old = 'aa'.repeat(32);
  const fresh = 'bb'.repeat(32);
  await using it = await startTestGateway({ STATE_ENCRYPTION_KEY: old });
  await put(it, 'web/variables', { variables: { token: password } });
  const { context } = it.gateway;
  const encryption = createEncryption(Buffer.from(fresh, 'hex'), [Buffer.from(old, 'hex')]);
  await resealOld({ ...context, encryption, config: { ...context.config, previousEncryptionKeys: [old] } });
  const freshOnly = createEncryption(Buffer.from(fresh, 'hex'));
  const secrets = await readSecrets(context.database.query, freshOnly, 'web');
  expect(secrets.variables.token).toBe(password);
});

const refused: [string, string, unknown, RegExp][] = [
  [
    'a credential that names a file',
    'credentials',
    { credentials: { AWS_CONFIG_FILE: '/x' } },
    /AWS_CONFIG_FILE/,
  ],
  [
    'an endpoint as credential',
    'credentials',
    { credentials: { AWS_ENDPOINT_URL: 'http://x' } },
    /AWS_ENDPOINT_URL/,
  ],
  [
    'Google credentials that start a program',
    'credentials',
    {
      credentials: {
        GOOGLE_CREDENTIALS: '{"type":"external_account","credential_source":{"executable":{}}}',
      },
    },
    /service account/,
  ],
  ['no credential at all', 'credentials', {}, /names no credential/],
  ['an invalid role', 'credentials', { webIdentity: { roleArn: 'admin' } }, /not an ARN/],
  [
    'a role if the engine has no OIDC issuer URL',
    'credentials',
    { webIdentity: { roleArn: 'arn:aws:iam::123456789012:role/x' } },
    /OIDC_ISSUER_URL/,
  ],
  [
    'a name that is not a variable’s',
    'variables',
    { variables: { '1x': 'a' } },
    /not a Terraform variable name/,
  ],
  ['a value that is too large', 'variables', { variables: { a: 'x'.repeat(70_000) } }, /65536/],
];
describe('an invalid secret is refused with the reason', () => {
  let it: TestGateway;
  beforeAll(async () => {
    it = await startTestGateway();
  });
  afterAll(() => it?.[Symbol.asyncDispose]());
  for (const [name, kind, body, reason] of refused)
    test(name, async () => {
      const answer = await put(it, `web/${kind}`, body);
      expect(answer.status).toBe(400);
      expect(answer.body.error).toMatch(reason);
    });
});

test('the number of a project’s secrets is limited', async () => {
  await using it = await startTestGateway();
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`v${i}`, 'x']));
  const answer = await put(it, 'many/variables', { variables: many });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatch(/at most 200/);
  expect((await it.client.get('/api/deploy/secrets/many')).body.variables).toStrictEqual([]);
});

/** Returns what the runs of a project's newest code receive. */
async function given(it: Awaited<ReturnType<typeof startTestGateway>>, projectId: string, code: object) {
  await it.client.post('/api/deploy/plan', { projectId, ...code });
  const { context } = it.gateway;
  const revision = await findRevision(context.database.query, projectId, 1);
  assert.ok(revision);
  const job = { id: 'plan-1-x', project_id: projectId, revision: 1, plan_digest: null };
  return new JobSecrets(context, job);
}

const awsCode = { iacCode: 'provider "aws" {}\nvariable "used" {\n  sensitive = true\n}\n' };

test('a run receives only the secrets that its code declares and the credentials of clouds that it uses', async () => {
  await using it = await startTestGateway({
    AWS_ACCESS_KEY_ID: 'OPERATOR',
    AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-operator',
    AWS_SESSION_TOKEN: 'session-of-the-operator',
    AWS_REGION: 'eu-west-1',
    ARM_CLIENT_SECRET: 'secret-of-azure',
  });
  const own = { AWS_ACCESS_KEY_ID: 'OWN', AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-project' };
  await put(it, 'own/credentials', { credentials: own });
  await put(it, 'own/variables', { variables: { used: password, unused: 'never-given' } });
  const secrets = await given(it, 'own', { ...awsCode, variables: { other: 'x' } });
  expect(await secrets.environment()).toStrictEqual({ ...own, AWS_REGION: 'eu-west-1' });
  expect((await secrets.code()).variables).toStrictEqual({ other: 'x', used: password });

  const shared = await given(it, 'shared', awsCode);
  expect((await shared.environment()).AWS_ACCESS_KEY_ID).toBe('OPERATOR');
  expect((await shared.environment()).ARM_CLIENT_SECRET).toBe(undefined);
  const none = await given(it, 'none', { iacCode: 'resource "terraform_data" "a" {}' });
  expect(await none.environment()).toStrictEqual({});
});

test('a job redacts its secrets, its credentials and variables that its code marks as sensitive', async () => {
  await using it = await startTestGateway({
    AWS_ACCESS_KEY_ID: 'OPERATOR',
    AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-operator',
  });
  await put(it, 'web/variables', { variables: { token: { nested: ['deep-secret'] } } });
  const secrets = await given(it, 'web', {
    ...awsCode,
    variables: { used: 'said-sensitive', open: 'said-open' },
  });
  const redactor = await secrets.redactor();
  const text = 'deep-secret secret-key-of-the-operator said-sensitive said-open OPERATOR';
  expect(redactor.redactText(text)).toBe('(redacted) (redacted) (redacted) said-open OPERATOR');
  const instance = {
    attributes: { result: 'generated-later', length: 15 },
    sensitive_attributes: [[{ type: 'get_attr', value: 'result' }]],
  };
  secrets.learnState({
    version: 4,
    terraform_version: '1.11.4',
    serial: 1,
    lineage: 'l',
    outputs: { key: { value: 'output-secret', sensitive: true }, open: { value: 'open-output' } },
    resources: [
      { mode: 'managed', type: 'random_password', name: 'p', provider: 'x', instances: [instance] },
    ],
  });
  expect((await secrets.redactor()).redactText('generated-later output-secret open-output')).toBe(
    '(redacted) (redacted) open-output',
  );
});

/** A token service that records its requests and answers different credentials each time. */
async function startTokenService(status = 200, lifeMs = 3_600_000) {
  const asked: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(new URLSearchParams(body));
    const nth = asked.length === 1 ? '' : `-${asked.length}`;
    const credentials =
      `<Credentials><AccessKeyId>ASIATEMPORARY</AccessKeyId><SecretAccessKey>temporary-secret-key${nth}</SecretAccessKey>` +
      `<SessionToken>temporary-session${nth}</SessionToken><Expiration>${new Date(Date.now() + lifeMs).toISOString()}</Expiration></Credentials>`;
    const error = '<Error><Code>AccessDenied</Code><Message>Not authorized</Message></Error>';
    response.writeHead(status).end(`<R>${status === 200 ? credentials : error}</R>`);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

const issuer = 'https://engine.example.org';
const webIdentity = { roleArn: 'arn:aws:iam::123456789012:role/deploys' };

test('a project assumes its role with a token that the published keys verify', async () => {
  await using service = await startTokenService();
  await using it = await startTestGateway({
    OIDC_ISSUER_URL: `${issuer}/`,
    AWS_ENDPOINT_URL_STS: service.url,
    AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-operator',
    AWS_ACCESS_KEY_ID: 'OPERATOR',
  });
  const answer = await put(it, 'web/credentials', { webIdentity });
  expect(answer.body.webIdentitySubject).toBe('project:web');
  const secrets = await given(it, 'web', awsCode);
  const environment = await secrets.environment();
  expect(environment.AWS_ACCESS_KEY_ID).toBe('ASIATEMPORARY');
  expect(environment.AWS_SECRET_ACCESS_KEY).toBe('temporary-secret-key');
  expect(Object.values(environment)).not.toContain('OPERATOR');
  expect((await secrets.redactor()).redactText('temporary-session')).toBe('(redacted)');

  const asked = service.asked[0];
  expect(asked?.get('RoleArn')).toBe(webIdentity.roleArn);
  const jwks = (await it.client.get('/.well-known/jwks.json')).body;
  const verified = await jwtVerify(asked?.get('WebIdentityToken') ?? '', createLocalJWKSet(jwks), {
    issuer,
    audience: 'sts.amazonaws.com',
    subject: 'project:web',
  });
  expect((verified.payload.exp ?? 0) - (verified.payload.iat ?? 0)).toBeLessThanOrEqual(300);
  assert.ok(!('d' in jwks.keys[0]), 'a private key is published');
  const discovery = (await it.client.get('/.well-known/openid-configuration')).body;
  expect(discovery.jwks_uri).toBe(`${issuer}/.well-known/jwks.json`);

  await secrets.environment();
  assert.equal(service.asked.length, 1, 'credentials that last are taken once a job');
  const rotated = (await it.client.post('/api/admin/web-identity/rotate', {})).body;
  expect(rotated.keys.length).toBe(2);
  expect(rotated.keys[0].kid).not.toBe(jwks.keys[0].kid);
});

test('temporary credentials are renewed before they expire, and the old ones are still redacted', async () => {
  const shortLifeMs = 14 * 60_000; // less than the minimum for a run
  await using service = await startTokenService(200, shortLifeMs);
  await using it = await startTestGateway({ OIDC_ISSUER_URL: issuer, AWS_ENDPOINT_URL_STS: service.url });
  await put(it, 'web/credentials', { webIdentity });
  const secrets = await given(it, 'web', awsCode);
  const shown = async () =>
    (await secrets.redactor()).redactText('temporary-session, temporary-session-2, temporary-session-3');
  expect((await secrets.environment()).AWS_SESSION_TOKEN).toBe('temporary-session');
  await shown();
  secrets.hasLearned();
  expect((await secrets.environment()).AWS_SESSION_TOKEN).toBe('temporary-session-2');
  assert.equal(secrets.hasLearned(), true, 'stored events must be redacted again');
  expect(secrets.hasLearned()).toBe(false);
  expect((await secrets.environment()).AWS_SESSION_TOKEN).toBe('temporary-session-3');
  expect(service.asked.length).toBe(3);
  expect(await shown()).toBe('(redacted), (redacted), (redacted)');
  const alone = (await secrets.redactor()).redactText('temporary-secret-key and temporary-secret-key-2');
  expect(alone).toBe('(redacted) and (redacted)');
});

test('a refused role gives an error with a hint at the trust policy', async () => {
  await using service = await startTokenService(403);
  await using it = await startTestGateway({ OIDC_ISSUER_URL: issuer, AWS_ENDPOINT_URL_STS: service.url });
  await put(it, 'web/credentials', { webIdentity });
  const secrets = await given(it, 'web', awsCode);
  await expect(secrets.environment()).rejects.toThrow(/AccessDenied: Not authorized.*subject project:web/);
});
