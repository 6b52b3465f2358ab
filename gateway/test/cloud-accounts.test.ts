import assert from 'node:assert/strict';
import { resealOld } from '../src/jobs/housekeeping/reseal.ts';
import { settingsInForce } from '../src/policy/settings-in-force.ts';
import { JobSecrets } from '../src/projects/secrets/job-secrets.ts';
import { readSecrets } from '../src/projects/secrets/store.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { type Client, type GuardedGateway, startGuardedGateway } from './access-support.ts';

const secretKey = 'secret-key-of-the-account';
const keys = { kind: 'aws_access_key', access_key_id: 'AKIAACCOUNT', secret_access_key: secretKey };
const azure = {
  kind: 'azure_client_secret',
  tenant_id: '11111111-1111-4111-8111-111111111111',
  subscription_id: '22222222-2222-4222-8222-222222222222',
  client_id: '33333333-3333-4333-8333-333333333333',
  client_secret: 'secret-of-the-principal',
};
const federated = {
  kind: 'azure_federated',
  tenant_id: azure.tenant_id,
  subscription_id: azure.subscription_id,
  client_id: azure.client_id,
};
const deployment = {
  name: 'orders',
  provider: 'aws',
  cloud_account_id: 'production',
  environment_id: 'production',
  template_type: 'terraform',
  template_code:
    'provider "aws" {}\nresource "aws_ssm_parameter" "p" {\n  name = "p"\n  type = "String"\n  value = "v"\n}\n',
};
const path = '/api/cloud-accounts';

let it: GuardedGateway;
let acme: Client;
let deployer: Client;
let rival: Client;
const stateKey = 'aa'.repeat(32);
beforeAll(async () => {
  it = await startGuardedGateway({
    STATE_ENCRYPTION_KEY: stateKey,
    OIDC_ISSUER_URL: 'https://engine.example.org',
    AWS_ACCESS_KEY_ID: 'OPERATOR',
    AWS_SECRET_ACCESS_KEY: 'secret-key-of-the-operator',
    AWS_SESSION_TOKEN: 'session-of-the-operator',
    AWS_REGION: 'us-east-1',
  });
  [acme, deployer, rival] = (
    await Promise.all([
      it.withKey('admin', ['acme.*']),
      it.withKey('deployer', ['acme.*']),
      it.withKey('admin', ['rival.*']),
    ])
  ).map(({ client }) => client) as [Client, Client, Client];
});
afterAll(() => it?.[Symbol.asyncDispose]());

const store = (client: Client, id: string, credentials: object, more: object = {}) =>
  client.request('PUT', `${path}/${id}`, { credentials, ...more });
const deploy = (client: Client, more: object = {}) =>
  client.post('/api/deployments', { ...deployment, ...more });
const secretsOf = (projectId: string) =>
  new JobSecrets(it.gateway.context, { id: 'job', project_id: projectId, revision: 1, plan_digest: null });

test('an account is stored, listed, shown and replaced; values are never shown', async () => {
  const stored = await store(acme, 'shown', keys, { regions: ['eu-west-1', 'eu-central-1'] });
  expect([stored.status, stored.body]).toStrictEqual([
    200,
    {
      ...{ cloud_account_id: 'shown', tenant: 'acme.*', provider: 'aws', kind: 'aws_access_key' },
      fields: ['access_key_id', 'secret_access_key'],
      regions: ['eu-west-1', 'eu-central-1'],
      default_region: 'eu-west-1',
      web_identity_subject: null,
      ...{ created_by: expect.any(String), created_at: expect.any(String) },
      ...{ updated_by: expect.any(String), updated_at: expect.any(String) },
    },
  ]);
  const replaced = await store(acme, 'shown', azure);
  expect(replaced.body).toMatchObject({
    provider: 'azure',
    regions: null,
    created_at: stored.body.created_at,
  });
  const answers = [stored, replaced, await deployer.get(path), await deployer.get(`${path}/shown`)];
  answers.push(await it.admin.get('/api/audit'));
  const texts = JSON.stringify(answers.map(({ body }) => body));
  expect(texts).toMatch(/cloudAccount\\*":\\*"shown/);
  expect(texts).not.toMatch(/secret-key-of|AKIAACCOUNT|secret-of-the-principal/);
  const row = await it.gateway.context.database.query.selectFrom('cloud_accounts').selectAll().execute();
  expect(JSON.stringify(row.map(({ content }) => Buffer.from(content).toString('latin1')))).not.toContain(
    'secret',
  );
});

test.each([
  [
    'a secret too short to be redacted',
    { ...keys, secret_access_key: 'short' },
    '/credentials/secret_access_key',
  ],
  ['an endpoint', { ...keys, endpoint_url: 'http://evil.example.org' }, '/credentials/endpoint_url'],
  ['a file', { ...keys, shared_credentials_file: '/etc/passwd' }, '/credentials/shared_credentials_file'],
  ['an unknown kind', { kind: 'oracle' }, '/credentials/kind'],
  ['a directory that leads elsewhere', { ...azure, tenant_id: '../evil' }, '/credentials/tenant_id'],
  [
    'a key of Google that runs a program',
    { kind: 'gcp_service_account_key', service_account_key: '{"type":"external_account"}' },
    '/credentials/service_account_key',
  ],
  [
    'a key of Google whose tokens go elsewhere',
    {
      kind: 'gcp_service_account_key',
      service_account_key: JSON.stringify({
        type: 'service_account',
        private_key: 'a-key-of-enough-length',
        token_uri: 'https://evil.example.org/token',
      }),
    },
    '/credentials/service_account_key',
  ],
])('%s is refused without its value', async (_name, credentials, pointer) => {
  const { status, body } = await store(acme, 'refused', credentials);
  expect([status, body.errors?.[0]?.pointer]).toStrictEqual([400, pointer]);
  expect(JSON.stringify(body)).not.toMatch(/secret-key-of|evil|passwd|a-key-of/);
});

test('a default region outside the regions is refused', async () => {
  const more = { regions: ['eu-west-1'], default_region: 'us-east-1' };
  expect((await store(acme, 'refused', keys, more)).body.errors[0].pointer).toBe('/default_region');
});

test('another tenant sees, uses, changes and deletes nothing', async () => {
  await store(acme, 'private', keys);
  const answers = async (id: string) =>
    Promise.all(
      [
        ['GET', `${path}/${id}`],
        ['DELETE', `${path}/${id}`],
        ['GET', `${path}/${id}?tenant=acme.*`],
        ['DELETE', `${path}/${id}?tenant=acme.*`],
      ].map(async ([method = '', at = '']) => {
        const { status, body } = await rival.request(method, at);
        return [status, body.code, body.detail.replaceAll(id, '')];
      }),
    );
  expect(await answers('private')).toStrictEqual(await answers('absent'));
  expect((await answers('private')).map(([status]) => status)).toStrictEqual([404, 404, 404, 404]);
  expect((await rival.get(path)).body.cloud_accounts).toStrictEqual([]);
  const theirs = await rival.request('PUT', `${path}/private?tenant=acme.*`, { credentials: keys });
  expect(theirs.body.code).toBe('forbidden');
  expect((await acme.get(`${path}/private`)).status).toBe(200);

  const { body } = await deploy(rival, { cloud_account_id: 'private' });
  const environment = await secretsOf(body.project_id).environment();
  expect(environment.AWS_ACCESS_KEY_ID).toBe('OPERATOR');
});

test('a caller with all projects manages the accounts of a tenant by its name, and has its own', async () => {
  const named = await it.admin.request('PUT', `${path}/by-name?tenant=acme.*`, { credentials: keys });
  expect(named.body.tenant).toBe('acme.*');
  expect((await acme.get(`${path}/by-name`)).status).toBe(200);
  expect((await it.admin.get(`${path}/by-name`)).status).toBe(404);
  await store(it.admin, 'of-all', keys);
  expect((await acme.get(`${path}/of-all`)).status).toBe(404);
  const { body } = await deploy(deployer, { cloud_account_id: 'of-all' });
  expect((await secretsOf(body.project_id).environment()).AWS_ACCESS_KEY_ID).toBe('OPERATOR');
  const odd = await it.admin.request('PUT', `${path}/odd?tenant=acme.`, { credentials: keys });
  expect(odd.body.errors[0].pointer).toBe('/tenant');
});

test('only the runs of a deployment that names the account get its credentials, in place of all others', async () => {
  await store(acme, 'production', keys, { regions: ['eu-west-1'] });
  const { body } = await deploy(deployer);
  await acme.request('PUT', `/api/deploy/secrets/${body.project_id}/credentials`, {
    credentials: { AWS_SESSION_TOKEN: 'session-of-the-project', AWS_REGION: 'us-east-2' },
  });
  const secrets = secretsOf(body.project_id);
  expect(await secrets.environment()).toStrictEqual({
    AWS_ACCESS_KEY_ID: 'AKIAACCOUNT',
    AWS_SECRET_ACCESS_KEY: secretKey,
    AWS_REGION: 'eu-west-1',
    AWS_DEFAULT_REGION: 'eu-west-1',
  });
  expect((await secrets.redactor()).redactText(`it is ${secretKey}`)).toBe('it is (redacted)');
  expect(body).not.toHaveProperty('credentials');

  const other = await deploy(deployer, { cloud_account_id: 'elsewhere' });
  expect((await secretsOf(other.body.project_id).environment()).AWS_ACCESS_KEY_ID).toBe('OPERATOR');
  await deployer.post('/api/deploy', { projectId: 'acme.plain', iacCode: deployment.template_code });
  expect((await secretsOf('acme.plain').environment()).AWS_ACCESS_KEY_ID).toBe('OPERATOR');
  const none = await deploy(deployer, { template_code: 'resource "terraform_data" "a" {}' });
  expect(await secretsOf(none.body.project_id).environment()).toStrictEqual({});
});

test('credentials that are stored later are those of the next run; earlier ones stay redacted', async () => {
  const { body } = await deploy(deployer, { cloud_account_id: 'later', name: 'first-key-of-the-account' });
  const id = () =>
    secretsOf(body.project_id)
      .environment()
      .then((all) => all.AWS_ACCESS_KEY_ID);
  expect(await id()).toBe('OPERATOR');
  const shown = async () => (await deployer.get(`/api/deployments/${body.id}`)).body.name;
  expect(await shown()).toBe('first-key-of-the-account');
  await store(acme, 'later', { ...keys, secret_access_key: 'first-key-of-the-account' });
  expect(await id()).toBe('AKIAACCOUNT');
  expect(await shown()).toBe('(redacted)');
  await store(acme, 'later', { ...keys, secret_access_key: 'next-key-of-the-account' });
  expect(await shown()).toBe('(redacted)');
});

test('credentials of another cloud than the deployment’s are refused, whichever comes first', async () => {
  await store(acme, 'azure', azure);
  const { status, body } = await deploy(deployer, { cloud_account_id: 'azure' });
  expect([status, body.errors?.[0]?.pointer]).toStrictEqual([400, '/provider']);
  await deploy(deployer, { cloud_account_id: 'named-first' });
  const late = await store(acme, 'named-first', azure);
  expect([late.status, late.body.code]).toStrictEqual([409, 'cloud_account_in_use']);
  expect((await store(rival, 'named-first', azure)).status).toBe(200);
});

test('credentials of another cloud that were stored in the moment of the deployment are given to no run', async () => {
  await store(acme, 'swapped', keys);
  const { body } = await deploy(deployer, { cloud_account_id: 'swapped' });
  const { query } = it.gateway.context.database;
  await query.updateTable('deployments').set({ provider: 'gcp' }).where('id', '=', body.id).execute();
  await expect(secretsOf(body.project_id).environment()).rejects.toThrow(
    'reading the cloud account swapped: it has credentials of aws, and the deployment is for gcp',
  );
});

test('an account is not deleted while a deployment uses it; then the project’s runs have none, and it is still redacted', async () => {
  await store(acme, 'used', keys);
  const { body } = await deploy(deployer, { cloud_account_id: 'used', name: secretKey });
  const remove = () => acme.request('DELETE', `${path}/used`);
  const refused = await remove();
  expect([refused.status, refused.body.code]).toStrictEqual([409, 'cloud_account_in_use']);
  expect(refused.body.detail).toContain(body.id);
  await deployer.request('PUT', `/api/deployments/${body.id}`, { status: 'cancelled' });
  await deployer.request('DELETE', `/api/deployments/${body.id}?keep_resources=true`);
  expect((await secretsOf(body.project_id).environment()).AWS_ACCESS_KEY_ID).toBe('AKIAACCOUNT');
  expect((await remove()).status).toBe(200);
  expect((await remove()).status).toBe(404);
  expect((await secretsOf(body.project_id).environment()).AWS_ACCESS_KEY_ID).toBe('OPERATOR');
  expect(
    (await acme.get(path)).body.cloud_accounts.map(
      (one: { cloud_account_id: string }) => one.cloud_account_id,
    ),
  ).not.toContain('used');
  const { query } = it.gateway.context.database;
  const { account, retired } = await readSecrets(query, it.gateway.context.encryption, body.project_id);
  expect([account, retired]).toStrictEqual([null, [secretKey]]);
});

test('after keep_resources the project’s runs keep the account and its regions, and the account stays until they are destroyed', async () => {
  await store(acme, 'kept', keys, { regions: ['eu-west-1'] });
  const { body } = await deploy(deployer, { cloud_account_id: 'kept' });
  await deployer.request('PUT', `/api/deployments/${body.id}`, { status: 'cancelled' });
  const { context } = it.gateway;
  const save = (resources: object[]) => {
    const state = { version: 4, serial: 1, lineage: 'l', outputs: {}, resources };
    const raw = Buffer.from(JSON.stringify(state));
    const owner = { projectId: body.project_id, jobId: body.job_id };
    return saveStateVersion(context.database.query, context.encryption, { ...owner, raw });
  };
  const provider = 'provider["registry.terraform.io/hashicorp/aws"]';
  const bucket = { mode: 'managed', type: 'aws_s3_bucket', name: 'b', provider };
  await save([{ ...bucket, instances: [{ attributes: { id: 'b-1' } }] }]);
  await deployer.request('DELETE', `/api/deployments/${body.id}?keep_resources=true`);
  expect((await deployer.get(`/api/deployments/${body.id}`)).status).toBe(404);

  expect(await secretsOf(body.project_id).environment()).toMatchObject({
    AWS_ACCESS_KEY_ID: 'AKIAACCOUNT',
    AWS_REGION: 'eu-west-1',
  });
  const { cloudAccount } = await settingsInForce(context, body.project_id);
  expect(cloudAccount?.regions).toStrictEqual(['eu-west-1']);
  const remove = () => acme.request('DELETE', `${path}/kept`);
  const refused = await remove();
  expect([refused.status, refused.body.code]).toStrictEqual([409, 'cloud_account_in_use']);
  expect((await store(acme, 'kept', azure)).body.code).toBe('cloud_account_in_use');
  const later = await deployer.post('/api/deploy/destroy', { projectId: body.project_id });
  await save([]);
  expect((await remove()).body.code).toBe('cloud_account_in_use'); // the destroy has not ended
  await deployer.post(`/api/deploy/jobs/${later.body.jobId}/cancel`, {});
  expect((await remove()).status).toBe(200);
});

test('ten deployments that begin while the account is deleted either have it or keep it', async () => {
  await store(acme, 'raced', keys);
  const [removed, ...made] = await Promise.all([
    acme.request('DELETE', `${path}/raced`),
    ...Array.from({ length: 10 }, () => deploy(deployer, { cloud_account_id: 'raced' })),
  ]);
  expect(made.map(({ status }) => status)).toStrictEqual(Array(10).fill(202));
  expect([200, 409]).toContain(removed?.status);
  expect((await acme.get(`${path}/raced`)).status).toBe(removed?.status === 200 ? 404 : 200);
});

test('endpoints are for the operator alone to allow, whatever the project allows', async () => {
  await store(acme, 'guarded', keys, { regions: ['eu-west-1'] });
  const { body } = await deploy(deployer, { cloud_account_id: 'guarded' });
  const ids = async (projectId: string) => {
    const own = {
      modes: { 'PRE-PROVIDER-ARGUMENT': 'off' },
      exemptions: [{ id: 'PRE-PROVIDER-ARGUMENT', who: 'a', why: 'b' }],
    };
    const answer = await it.admin.request('PUT', `/api/deploy/policy/${projectId}/settings`, own);
    assert.ok(answer.status < 300, JSON.stringify(answer.body));
    const { exemptions, minimumModes, cloudAccount } = await settingsInForce(it.gateway.context, projectId);
    return [exemptions.map(({ id }) => id), minimumModes?.['PRE-PROVIDER-ARGUMENT'], cloudAccount?.regions];
  };
  expect(await ids(body.project_id)).toStrictEqual([[], 'block', ['eu-west-1']]);
  const other = await deploy(deployer, { cloud_account_id: 'elsewhere' });
  expect(await ids(other.body.project_id)).toStrictEqual([['PRE-PROVIDER-ARGUMENT'], undefined, undefined]);
});

test('a federated account gives each run a token of its own, which names the account', async () => {
  const stored = await store(acme, 'federated', federated);
  expect(stored.body.web_identity_subject).toBe('cloud-account:acme./federated');
  const { body } = await deploy(deployer, {
    provider: 'azure',
    cloud_account_id: 'federated',
    template_code: 'provider "azurerm" {\n  features {}\n}\n',
  });
  const secrets = secretsOf(body.project_id);
  const { ARM_OIDC_TOKEN: token = '', ...rest } = await secrets.environment();
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ sub: 'cloud-account:acme./federated', aud: 'api://AzureADTokenExchange' });
  expect(claims.exp - claims.iat).toBe(300);
  expect(rest).toMatchObject({ ARM_USE_OIDC: 'true', ARM_CLIENT_ID: azure.client_id });
  const again = (await secrets.environment()).ARM_OIDC_TOKEN ?? '';
  expect(again).not.toBe(token);
  expect((await secrets.redactor()).redactText(`${token} ${again}`)).toBe('(redacted) (redacted)');
});

test('credentials sealed with an earlier key of the engine are sealed again, and open in no other place', async () => {
  await store(acme, 'resealed', keys);
  const { context } = it.gateway;
  const { query } = context.database;
  const { body } = await deploy(deployer, { cloud_account_id: 'resealed' });
  const row = (id: string) =>
    query.selectFrom('cloud_accounts').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  await store(acme, 'thief', azure);
  const own = (await row('resealed')).content;
  await query
    .updateTable('cloud_accounts')
    .set({ content: (await row('thief')).content })
    .where('id', '=', 'resealed')
    .execute();
  await assert.rejects(readSecrets(query, context.encryption, body.project_id));
  await query.updateTable('cloud_accounts').set({ content: own }).where('id', '=', 'resealed').execute();

  const fresh = Buffer.from('bb'.repeat(32), 'hex');
  const both = createEncryption(fresh, [Buffer.from(stateKey, 'hex')]);
  const config = { ...context.config, previousEncryptionKeys: [stateKey] };
  await resealOld({ ...context, encryption: both, config });
  const { account } = await readSecrets(query, createEncryption(fresh), body.project_id);
  expect(account?.environment.AWS_SECRET_ACCESS_KEY).toBe(secretKey);
  await resealOld({
    ...context,
    encryption: createEncryption(Buffer.from(stateKey, 'hex'), [fresh]),
    config,
  });
});
