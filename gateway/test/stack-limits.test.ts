import { type CloudComponent, cloudRepository } from '../../testing/stacks/cloud-stack.ts';
import { notesRepository } from '../../testing/stacks/notes.ts';
import { advance } from '../src/pipelines/work/advance.ts';
import { type Client, type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { endAs } from './deployed-pipeline.ts';
import { helloCode } from './support.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const queue: CloudComponent = { kind: 'SQS' };
const database: CloudComponent = { kind: 'RDS' };
const limited = (stackLimits: object) => it.withKey('deployer', ['*'], { name: 'tenant', stackLimits });
const apply = (client: Client, environment: string, files: Record<string, string>, more: object = {}) =>
  client.post('/api/stacks/cloud/apply', { files, environment, ...more });
const query = () => it.gateway.context.database.query;

/** Deploys as an admin, as far as the tables are concerned. */
async function deployed(environment: string, components: Record<string, CloudComponent>, more: object = {}) {
  const { body } = await apply(it.admin, environment, cloudRepository(components), more);
  await endAs(it.gateway.context, body.pipelineId);
  return body.pipelineId as string;
}

test('a kind that the key does not allow is refused at validation, plan and apply; nothing is stored', async () => {
  const { client, id } = await limited({ allowedKinds: ['SQS', 'S3'] });
  const files = cloudRepository({ 'a/queue': queue, 'a/data': database });
  const said = `a/data is of kind RDS; the API key tenant (key:${id}) may deploy only SQS, S3`;
  const error = { code: 'kind_not_allowed', message: said };
  const file = 'stacks/cloud/services/a/components/data/main.yaml';
  for (const environment of ['refused', undefined]) {
    const { body } = await client.post('/api/stacks/cloud/validate', { files, environment });
    expect(body).toMatchObject({ valid: false, errors: [{ ...error, file, line: 1 }] });
  }
  for (const operation of ['plan', 'apply']) {
    const answer = await client.post(`/api/stacks/cloud/${operation}`, { files, environment: 'refused' });
    expect(answer).toMatchObject({ status: 403, body: { code: 'key_limited' } });
    expect(answer.body.detail).toContain(said);
  }
  expect(await query().selectFrom('stack_revisions').selectAll().execute()).toStrictEqual([]);
  const queueOnly = cloudRepository({ 'a/queue': queue });
  expect((await apply(client, 'allowed', queueOnly)).status).toBe(202);
  expect((await client.post('/api/stacks/cloud/validate', { files: queueOnly })).body.valid).toBe(true);
});

test('the network is a component of kind Foundation', async () => {
  const { client } = await limited({ allowedKinds: ['SQS'] });
  const files = {
    ...cloudRepository({ 'a/queue': queue }),
    'stacks/cloud/infra/networking.yaml': JSON.stringify({
      apiVersion: 'infra.deployer.io/v1',
      kind: 'Networking',
      metadata: { name: 'networking' },
      spec: {
        vpc: { create: true, cidrBlock: '10.0.0.0/16' },
        availabilityZones: ['us-east-1a', 'us-east-1b'],
      },
    }),
  };
  const answer = await apply(client, 'network', files);
  expect(answer.body.detail).toContain('_foundation is of kind Foundation');
  const { body } = await client.post('/api/stacks/cloud/validate', { files });
  expect(body.errors).toMatchObject([{ code: 'kind_not_allowed', file: 'stacks/cloud/stack.yaml' }]);
});

test('a kind of the repository is not allowed by its name, only by repositoryKinds', async () => {
  const files = notesRepository({ 'a/one': { text: '1' } });
  const send = ({ client }: { client: Client }) =>
    client.post('/api/stacks/notes/apply', { files, environment: 'development' });
  const named = await send(await limited({ allowedKinds: ['Note'] }));
  expect(named).toMatchObject({ status: 403, body: { code: 'key_limited' } });
  expect(named.body.detail).toContain('may not deploy kinds of the repository');
  expect((await send(await limited({ allowedKinds: [], repositoryKinds: true }))).status).toBe(202);
});

test('neither rollback, promotion, destroy nor resuming with a limited key gets around its kinds', async () => {
  const { client } = await limited({ allowedKinds: ['SQS'] });
  const first = await deployed('staging', { 'a/queue': queue, 'a/data': database });
  await deployed('staging', { 'a/queue': queue }, { variables: { SECOND: 'yes' } });
  const failed = (await apply(it.admin, 'failed', cloudRepository({ 'a/data': database }))).body.pipelineId;
  await endAs(it.gateway.context, failed, 'failed');
  await deployed('other', { 'a/data': database });
  const tries: [string, object][] = [
    ['cloud/rollback', { environment: 'staging', toPipeline: first }],
    ['cloud/promote', { from: 'other', to: 'production' }],
    ['cloud/apply', { environment: 'production', revision: await revisionOf(first) }],
    ['cloud/destroy', { environment: 'other' }],
    ['cloud/drift/remediate', { environment: 'other' }],
    [`pipelines/${failed}/resume`, {}],
  ];
  for (const [path, body] of tries) {
    const answer = await client.post(`/api/stacks/${path}`, body);
    expect([path, answer.status, answer.body.code]).toStrictEqual([path, 403, 'key_limited']);
    expect(answer.body.detail).toContain('a/data is of kind RDS');
  }
  expect((await client.post('/api/stacks/cloud/drift', { environment: 'other' })).status).toBe(202);
});

const revisionOf = async (pipelineId: string) =>
  (await it.admin.get(`/api/stacks/pipelines/${pipelineId}`)).body.revision;

test('a component that changes its kind or takes over another one counts with both kinds', async () => {
  const { client } = await limited({ allowedKinds: ['SQS'] });
  await deployed('kinds', { 'a/data': database });
  const changed = await apply(client, 'kinds', cloudRepository({ 'a/data': queue }));
  expect(changed).toMatchObject({ status: 403, body: { code: 'key_limited' } });
  expect(changed.body.detail).toContain('a/data is of kind RDS');
  const moved = cloudRepository({ 'a/new': { ...queue, metadata: { movedFrom: 'a/data' } } });
  expect((await apply(client, 'kinds', moved)).status).toBe(403);
  await apply(it.admin, 'coming', cloudRepository({ 'a/data': database }));
  expect((await apply(client, 'coming', cloudRepository({ 'a/data': queue }))).status).toBe(403);
});

test('components are counted over parts, pipelines at the same time, regions and names', async () => {
  const { client } = await limited({ maxComponents: 2 });
  const three = cloudRepository({ 'a/one': queue, 'b/two': queue, 'c/three': queue });
  const whole = await apply(client, 'counts', three);
  expect(whole.body.detail).toMatch(/the stack would have 3 components; the API key tenant .* allows 2/);
  expect((await client.post('/api/stacks/cloud/validate', { files: three })).body.errors).toMatchObject([
    { code: 'too_many_components' },
  ]);
  const names = ['a/one', 'b/two', 'c/three'];
  const parts = await Promise.all(names.map((component) => apply(client, 'counts', three, { component })));
  expect(parts.map(({ status }) => status).sort()).toStrictEqual([202, 202, 403]);
  const regions = { regions: ['us-east-1', 'eu-west-1', 'eu-central-1'] };
  const spread = cloudRepository({ 'a/one': { ...queue, metadata: regions } });
  expect((await apply(client, 'regions', spread)).status).toBe(403);
  await deployed('renamed', { 'a/one': queue, 'a/two': queue });
  const renamed = { 'a/one': queue, 'a/new': { ...queue, metadata: { movedFrom: 'a/two' } } };
  expect((await apply(client, 'renamed', cloudRepository(renamed))).status).toBe(202);
});

test('services and stacks are counted; of ten stacks at once, one is started', async () => {
  const services = await limited({ maxServices: 1 });
  const answer = await apply(
    services.client,
    'services',
    cloudRepository({ 'a/one': queue, 'b/two': queue }),
  );
  expect(answer.body.detail).toContain('the stack would have 2 services');
  const { client } = await it.withKey('deployer', ['tenant-*'], { stackLimits: { maxStacks: 1 } });
  const stacks = Array.from({ length: 10 }, (_, index) => `tenant-${index}`);
  const answers = await Promise.all(
    stacks.map((stack) =>
      client.post(`/api/stacks/${stack}/apply`, {
        files: cloudRepository({ 'a/one': queue }, { stack }),
        environment: 'development',
      }),
    ),
  );
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ body }) => body.code === 'key_limited')).toHaveLength(9);
});

test('a key with stack limits deploys no projects', async () => {
  const { client } = await limited({ maxComponents: 5 });
  const code = { projectId: 'plain', iacCode: helloCode };
  await it.admin.post('/api/deploy', code);
  for (const [path, body] of [
    ['/api/deploy', code],
    ['/api/deploy/plan', code],
    ['/api/deploy/destroy', { projectId: 'plain' }],
    ['/api/deploy/rollback', { projectId: 'plain' }],
    ['/api/deploy/drift/plain', { remediate: true }],
    ['/api/deploy/orphans/plain/adopt', { orphanId: `orphan-${'0'.repeat(16)}` }],
    ['/api/deploy/orphans/plain/delete', { orphanIds: [`orphan-${'0'.repeat(16)}`] }],
  ] as const)
    expect([path, (await client.post(path, body)).body.code]).toStrictEqual([path, 'key_limited']);
  const schedule = { cron: '0 * * * *', remediate: true };
  const scheduled = await client.request('PUT', '/api/deploy/drift/plain/schedule', schedule);
  expect(scheduled.body.code).toBe('key_limited');
});

test('drift of a component is undone by its stack only', async () => {
  await deployed('owned', { 'a/queue': queue });
  const projectId = 'cloud.owned.a.queue';
  const check = await it.admin.post(`/api/deploy/drift/${projectId}`, { remediate: true });
  expect(check).toMatchObject({ status: 409, body: { code: 'stack_owned' } });
  const schedule = { cron: '0 * * * *', remediate: true };
  const scheduled = await it.admin.request('PUT', `/api/deploy/drift/${projectId}/schedule`, schedule);
  expect(scheduled).toMatchObject({ status: 409, body: { code: 'stack_owned' } });
});

test('a failed pipeline of a limited key is not rolled back to kinds that the key does not allow', async () => {
  const { client } = await limited({ allowedKinds: ['SQS'] });
  await deployed('back', { 'a/queue': queue, 'a/data': database });
  const { body: destroyed } = await it.admin.post('/api/stacks/cloud/destroy', {
    environment: 'back',
    component: 'a/data',
  });
  await endAs(it.gateway.context, destroyed.pipelineId, 'partial');
  const { body } = await apply(client, 'back', cloudRepository({ 'a/queue': queue }), {
    onError: 'rollback',
  });
  await query()
    .updateTable('pipelines')
    .set({ status: 'applying', approved_digest: 'a'.repeat(64), started_at: new Date() })
    .where('id', '=', body.pipelineId)
    .execute();
  await query()
    .updateTable('pipeline_tasks')
    .set({ status: 'failed', job_id: 'deploy-1704067200000-abcd1234' })
    .where('pipeline_id', '=', body.pipelineId)
    .execute();
  await advance(it.gateway.context, body.pipelineId);
  const { body: ended } = await client.get(`/api/stacks/pipelines/${body.pipelineId}`);
  expect(ended.status).toBe('failed');
  expect(ended.error).toContain('there is no rollback: a/data is of kind RDS');
});

test('a time to live is for a whole environment, whose components the key may deploy', async () => {
  const files = cloudRepository({ 'a/queue': queue, 'b/queue': queue });
  const answer = await apply(it.admin, 'ttl', files, { service: 'a', ttlSeconds: 600 });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/ttlSeconds' }] } });
});

test('a key is not made with more than its maker may deploy, and the list shows its limits', async () => {
  const { client } = await it.withKey('admin', ['cloud.*'], {
    stackLimits: { allowedKinds: ['SQS'], maxComponents: 5 },
  });
  const make = (stackLimits: object | null) =>
    client.post('/api/keys', { name: 'k', role: 'deployer', projects: ['cloud.*'], stackLimits });
  for (const beyond of [
    null,
    {},
    { allowedKinds: ['SQS'] },
    { allowedKinds: ['SQS', 'RDS'], maxComponents: 5 },
  ])
    expect(await make(beyond)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect((await make({ allowedKinds: ['SQS'], maxComponents: 4 })).status).toBe(201);
  const { keys } = (await client.get('/api/keys')).body;
  expect(keys[0].stackLimits).toStrictEqual({
    allowedKinds: ['SQS'],
    repositoryKinds: false,
    maxStacks: null,
    maxServices: null,
    maxComponents: 4,
  });
});
