import { cloudRepository } from '../../testing/stacks/cloud-stack.ts';
import { enginePrincipal } from '../src/access/principal.ts';
import { pruneOld } from '../src/jobs/housekeeping/retention.ts';
import { insertJob } from '../src/jobs/store.ts';
import { advance } from '../src/pipelines/work/advance.ts';
import { listStateVersions, readNewestState, saveStateVersion } from '../src/projects/states/store.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { endAs } from './deployed-pipeline.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const queue = { kind: 'SQS' };
const files = cloudRepository({ 'a/one': queue, 'b/two': queue });
const query = () => it.gateway.context.database.query;
const base = (environment: string) => `/api/stacks/cloud/environments/${environment}`;
const projectOf = (environment: string, component: string) =>
  `cloud.${environment}.${component.replace('/', '.')}`;
const apply = (environment: string, more: object = {}) =>
  it.admin.post('/api/stacks/cloud/apply', { files, environment, ...more });

/** Stores a state whose one output says the word. */
async function saveState(environment: string, component: string, serial: number, word: string) {
  const projectId = projectOf(environment, component);
  const outputs = { word: { value: word, type: 'string' } };
  const state = { version: 4, serial, lineage: projectId, outputs, resources: [] };
  const raw = Buffer.from(JSON.stringify(state));
  return saveStateVersion(query(), it.gateway.context.encryption, { projectId, jobId: 'j', raw });
}

async function wordOf(environment: string, component: string) {
  const newest = await readNewestState(
    query(),
    it.gateway.context.encryption,
    projectOf(environment, component),
  );
  return [newest?.state.serial, newest?.state.outputs.word?.value];
}

/** Two components with two states each; the snapshot names the first ones. */
async function environmentWith(environment: string): Promise<string> {
  const { body } = await apply(environment);
  await endAs(it.gateway.context, body.pipelineId);
  for (const component of ['a/one', 'b/two']) await saveState(environment, component, 1, 'old');
  const taken = await it.admin.post(`${base(environment)}/snapshots`, { message: 'before' });
  expect(taken).toMatchObject({ status: 201, body: { pipelineId: null, message: 'before' } });
  for (const component of ['a/one', 'b/two']) await saveState(environment, component, 2, 'new');
  return taken.body.snapshotId;
}

const restore = (environment: string, body: object) => it.admin.post(`${base(environment)}/restore`, body);

test('all components go back to the states of a snapshot, or those of one service', async () => {
  const snapshotId = await environmentWith('whole');
  const part = await restore('whole', { snapshotId, service: 'a' });
  expect(part.body.components).toMatchObject([{ component: 'a/one', status: 'restored', reason: null }]);
  expect([await wordOf('whole', 'a/one'), await wordOf('whole', 'b/two')]).toStrictEqual([
    [3, 'old'],
    [2, 'new'],
  ]);
  const { status, body } = await restore('whole', { snapshotId });
  expect([status, body.message]).toStrictEqual([
    200,
    `2 of 2 components have the state of ${snapshotId}; the next plan shows what differs`,
  ]);
  expect(await wordOf('whole', 'b/two')).toStrictEqual([3, 'old']);
  const again = await it.admin.post(`${base('whole')}/snapshots`, {});
  const same = await restore('whole', { snapshotId: again.body.snapshotId });
  expect(same.body.components).toMatchObject([{ status: 'unchanged' }, { status: 'unchanged' }]);
  const entries = await query().selectFrom('audit_entries').select('entry').orderBy('seq').execute();
  const restores = entries
    .map(({ entry }) => JSON.parse(entry))
    .filter(({ action }) => action === 'restoreStack');
  expect(restores.map(({ detail }) => [detail.from, detail.service, detail.count])).toStrictEqual([
    [snapshotId, 'a', 1],
    [snapshotId, undefined, 2],
    [again.body.snapshotId, undefined, 0],
  ]);
});

test('they go back to the states of a time; a component that had none is skipped', async () => {
  await environmentWith('time');
  const first = (await listStateVersions(query(), projectOf('time', 'a/one'), { limit: 9 })).at(-1);
  await query()
    .updateTable('state_versions')
    .set({ created_at: new Date('2020-01-01') })
    .where('id', '=', first?.id ?? 0)
    .execute();
  const { body } = await restore('time', { at: '2020-06-01T00:00:00Z' });
  expect(body.components).toMatchObject([
    { component: 'a/one', status: 'restored' },
    { component: 'b/two', status: 'skipped', reason: 'no state of that time is kept' },
  ]);
  expect(await wordOf('time', 'a/one')).toStrictEqual([3, 'old']);
  expect(await restore('time', {})).toMatchObject({ status: 400 });
});

test('a state is not taken for that of a time in which a pruned one was current', async () => {
  await environmentWith('pruned');
  const projectId = projectOf('pruned', 'a/one');
  const first = (await listStateVersions(query(), projectId, { limit: 9 })).at(-1);
  await query()
    .updateTable('state_versions')
    .set({ created_at: new Date('2020-01-01'), superseded_at: new Date('2021-01-01') })
    .where('id', '=', first?.id ?? 0)
    .execute();
  const { body } = await restore('pruned', { at: '2021-06-01T00:00:00Z', component: 'a/one' });
  expect(body.components).toMatchObject([{ status: 'skipped', reason: 'no state of that time is kept' }]);
  const earlier = await restore('pruned', { at: '2020-06-01T00:00:00Z', component: 'a/one' });
  expect(earlier.body.components).toMatchObject([{ status: 'restored', stateVersion: first?.id }]);
});

test('a pipeline that holds a part of the scope, even one that waits, refuses it', async () => {
  const snapshotId = await environmentWith('held');
  const { body: holder } = await apply('held', { service: 'a' });
  for (const scope of [{}, { service: 'a' }, { component: 'a/one' }]) {
    const answer = await restore('held', { snapshotId, ...scope });
    expect(answer).toMatchObject({ status: 409, body: { code: 'stack_locked' } });
    expect(answer.body.detail).toContain(holder.pipelineId);
  }
  expect((await restore('held', { snapshotId, service: 'b' })).status).toBe(200);
  const version = (await listStateVersions(query(), projectOf('held', 'a/one'), { limit: 9 })).at(-1)?.id;
  const alone = () =>
    it.admin.post(`/api/deploy/state/${projectOf('held', 'a/one')}/versions/${version}/restore`, {});
  expect(await alone()).toMatchObject({ status: 409, body: { code: 'project_busy' } });
  expect(await wordOf('held', 'a/one')).toStrictEqual([2, 'new']);
  await endAs(it.gateway.context, holder.pipelineId);
  expect((await alone()).status).toBe(200);
  expect(await wordOf('held', 'a/one')).toStrictEqual([3, 'old']);
});

test('nothing is restored while Terraform may still run for one of the components', async () => {
  const snapshotId = await environmentWith('lost');
  const projectId = projectOf('lost', 'b/two');
  const { id } = await insertJob(query(), {
    projectId,
    type: 'plan',
    revision: 1,
    createdBy: enginePrincipal,
  });
  await query()
    .insertInto('unsettled_runs')
    .values({ run_id: 'r', job_id: id, project_id: projectId, runner_url: 'http://127.0.0.1:9' })
    .execute();
  const answer = await restore('lost', { snapshotId });
  expect(answer).toMatchObject({ status: 409, body: { code: 'project_busy' } });
  expect(answer.body.detail).toContain('Terraform may still run');
  expect(await wordOf('lost', 'a/one')).toStrictEqual([2, 'new']);
  const version = (await listStateVersions(query(), projectId, { limit: 9 })).at(-1)?.id;
  const alone = await it.admin.post(`/api/deploy/state/${projectId}/versions/${version}/restore`, {});
  expect(alone.body.code).toBe('project_busy');
});

test('state versions that somebody took a snapshot of outlive the kept number; others are said to be gone', async () => {
  const snapshotId = await environmentWith('kept');
  const prune = (limits: object) => {
    const { context } = it.gateway;
    return pruneOld({ ...context, config: { ...context.config, stateVersionsKept: 1, ...limits } });
  };
  await prune({});
  const listed = async () => (await it.admin.get(`${base('kept')}/snapshots`)).body.snapshots;
  expect(await listed()).toMatchObject([{ snapshotId, components: [{ kept: true }, { kept: true }] }]);
  await query()
    .updateTable('stack_snapshots')
    .set({ pipeline_id: 'pipeline-1704067200000-abcd1234' })
    .where('id', '=', snapshotId)
    .execute();
  await prune({});
  const answer = await restore('kept', { snapshotId, component: 'a/one' });
  expect(answer).toMatchObject({ status: 404, body: { code: 'state_version_not_found' } });
  await query()
    .updateTable('stack_snapshots')
    .set({ created_at: new Date(0) })
    .where('id', '=', snapshotId)
    .execute();
  await prune({});
  expect(await listed()).toStrictEqual([]);
  expect(await restore('kept', { snapshotId })).toMatchObject({
    status: 404,
    body: { code: 'snapshot_not_found' },
  });
});

test('only admins of all its components restore, and a snapshot of another environment is not found', async () => {
  const snapshotId = await environmentWith('mine');
  await environmentWith('theirs');
  const approver = await it.withKey('approver', ['*']);
  const part = await it.withKey('admin', ['cloud.mine.a.*']);
  const limited = await it.withKey('admin', ['*'], { stackLimits: { allowedKinds: ['S3'] } });
  const tries = [
    [approver.client, {}, 'forbidden'],
    [part.client, {}, 'forbidden'],
    [limited.client, {}, 'key_limited'],
  ] as const;
  for (const [client, scope, code] of tries)
    expect((await client.post(`${base('mine')}/restore`, { snapshotId, ...scope })).body.code).toBe(code);
  expect((await part.client.post(`${base('mine')}/restore`, { snapshotId, service: 'a' })).status).toBe(200);
  const seen = (await part.client.get(`${base('mine')}/snapshots`)).body.snapshots;
  expect(seen).toMatchObject([{ components: [{ component: 'a/one' }] }]);
  expect((await restore('theirs', { snapshotId })).body.code).toBe('snapshot_not_found');
});

test('a completed pipeline takes a snapshot', async () => {
  await environmentWith('completed');
  const { body } = await apply('completed');
  await query()
    .updateTable('pipelines')
    .set({ status: 'applying', approved_digest: 'a'.repeat(64), started_at: new Date() })
    .where('id', '=', body.pipelineId)
    .execute();
  await query()
    .updateTable('pipeline_tasks')
    .set({ status: 'succeeded' })
    .where('pipeline_id', '=', body.pipelineId)
    .execute();
  await advance(it.gateway.context, body.pipelineId);
  const { snapshots } = (await it.admin.get(`${base('completed')}/snapshots`)).body;
  expect(snapshots[0]).toMatchObject({
    pipelineId: body.pipelineId,
    components: [{ serial: 2 }, { serial: 2 }],
  });
});
