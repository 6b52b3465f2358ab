import assert from 'node:assert/strict';
import type { Orphan } from '@deployment-engine/contracts';
import { insertOrphans, settleOrphan, unresolvedOrphans } from '../src/jobs/recovery/orphan-store.ts';
import { settleOrphansOf } from '../src/jobs/recovery/settle-orphans.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const content = {
  ...{ address: 'aws_vpc.v', moduleAddress: '', type: 'aws_vpc', name: 'v', key: null, replaces: null },
  ...{
    provider: 'registry.terraform.io/hashicorp/aws',
    providerKey: 'aws',
    values: { cidr_block: 'secret-cidr' },
  },
};

/** A project with one orphan, which an ended job left. */
async function orphaned(projectId: string, objectId: string | null): Promise<Orphan> {
  const { database, encryption } = it.gateway.context;
  const { jobId } = (await it.client.post('/api/deploy', { projectId, iacCode: helloCode })).body;
  await database.query.updateTable('jobs').set({ status: 'failed' }).where('id', '=', jobId).execute();
  const source = objectId === null ? null : ('journal' as const);
  const orphan = { projectId, jobId, address: 'aws_vpc.v', type: 'aws_vpc', reason: 'killed', started: true };
  await insertOrphans(database.query, encryption, [{ ...orphan, objectId, source, content }]);
  return (await orphansOf(projectId))[0] as Orphan;
}

const orphansOf = async (projectId: string): Promise<Orphan[]> =>
  (await it.client.get(`/api/deploy/orphans/${projectId}`)).body.orphans;

const state = (...ids: string[]) => ({
  ...{ version: 4, terraform_version: '1.11.4', serial: 5, lineage: 'l', outputs: {} },
  resources: ids.map((id) => ({
    ...{ mode: 'managed', type: 'aws_vpc', name: 'v', provider: 'p' },
    instances: [{ attributes: { id } }],
  })),
});

function planThatImports(id: string) {
  const vpc = { address: 'aws_vpc.v', mode: 'managed', type: 'aws_vpc', name: 'v', provider_name: 'p' };
  const plan = { resource_changes: [{ ...vpc, change: { actions: ['no-op'], importing: { id } } }] };
  const json = Buffer.from(JSON.stringify(plan));
  return { digest: 'd', stateSerial: null, stateLineage: null, json, file: Buffer.from('plan') };
}

/** Ends a deploy that leaves this state and whose plan imported `aws_vpc.v` by the given id. */
async function completeWith(projectId: string, ids: string[], imported?: string): Promise<void> {
  const { context } = it.gateway;
  const { query } = context.database;
  const { jobId } = (await it.client.post('/api/deploy', { projectId, iacCode: helloCode })).body;
  const raw = Buffer.from(JSON.stringify(state(...ids)));
  await saveStateVersion(query, context.encryption, { projectId, jobId, raw });
  if (imported) await savePlan(query, context.encryption, { jobId, ...planThatImports(imported) });
  const row = await query
    .updateTable('jobs')
    .set({ status: 'completed' })
    .where('id', '=', jobId)
    .returningAll()
    .executeTakeFirstOrThrow();
  await query.transaction().execute((trx) => settleOrphansOf(context, trx, row));
}

test('a later job’s success does not settle an orphan; its object in the state does', async () => {
  await orphaned('later', 'vpc-1');
  await completeWith('later', ['vpc-2']);
  expect((await orphansOf('later'))[0]?.status).toBe('unresolved');
  await completeWith('later', ['vpc-2', 'vpc-1']);
  const [orphan] = await orphansOf('later');
  expect([orphan?.status, orphan?.source]).toStrictEqual(['adopted', 'journal']);
});

test('an orphan imported by an id other than the one in the state is adopted, but only by its own import', async () => {
  await orphaned('imported', 'form/of-import');
  await completeWith('imported', ['vpc-1'], 'another/import');
  expect((await orphansOf('imported'))[0]?.status).toBe('unresolved');
  await completeWith('imported', [], 'form/of-import');
  assert.equal((await orphansOf('imported'))[0]?.status, 'unresolved', 'it is not in the state');
  await completeWith('imported', ['vpc-1'], 'form/of-import');
  expect((await orphansOf('imported'))[0]?.status).toBe('adopted');
});

/** Ends a job that deletes the project's orphans and whose plan deletes these addresses. */
async function deletedBy(projectId: string, addresses: string[]): Promise<string> {
  const { context } = it.gateway;
  const { query } = context.database;
  const orphanIds = (await orphansOf(projectId)).map(({ id }) => id);
  const { jobId } = (await it.client.post('/api/deploy', { projectId, iacCode: helloCode })).body;
  const changes = addresses.map((address) => {
    const [type, name] = address.split('.');
    return { address, mode: 'managed', type, name, change: { actions: ['delete'] } };
  });
  const json = Buffer.from(JSON.stringify({ resource_changes: changes }));
  const plan = { digest: 'd', stateSerial: null, stateLineage: null, json, file: Buffer.from('plan') };
  await savePlan(query, context.encryption, { jobId, ...plan });
  const row = await query
    .updateTable('jobs')
    .set({ type: 'destroy', status: 'completed', orphan_ids: JSON.stringify(orphanIds) })
    .where('id', '=', jobId)
    .returningAll()
    .executeTakeFirstOrThrow();
  await query.transaction().execute((trx) => settleOrphansOf(context, trx, row));
  return (await orphansOf(projectId))[0]?.status ?? 'none';
}

test('an orphan becomes deleted if a job deleted it; if the job found nothing, absent only if its id can be read', async () => {
  const { query } = it.gateway.context.database;
  const { id } = await orphaned('deleted', 'vpc-1');
  expect(await deletedBy('deleted', [`aws_vpc.${id.replace('orphan-', 'engine_orphan_')}`])).toBe('deleted');
  await orphaned('gone', 'vpc-1');
  expect(await deletedBy('gone', [])).toBe('absent');
  await orphaned('by-person', 'vpc-1');
  await query
    .updateTable('orphans')
    .set({ source: 'person' })
    .where('project_id', '=', 'by-person')
    .execute();
  expect(await deletedBy('by-person', [])).toBe('unresolved');
  await orphaned('by-values', 'role/arn');
  const attachment = { source: 'search', type: 'aws_iam_role_policy_attachment' } as const;
  await query.updateTable('orphans').set(attachment).where('project_id', '=', 'by-values').execute();
  expect(await deletedBy('by-values', [])).toBe('unresolved');
  const [orphan] = await orphansOf('by-values');
  assert.deepEqual([orphan?.objectId, orphan?.source], [null, null], 'the next search looks for it again');
});

test('orphans accumulate, and each is shown in infrastructure, history and drift', async () => {
  const first = await orphaned('shown', null);
  await orphaned('shown', 'vpc-7');
  const { body } = await it.client.get('/api/deploy/infrastructure/shown');
  expect(
    body.stateUncertain.unrecorded.map((entry: { importId: string | null }) => entry.importId),
  ).toStrictEqual([null, 'vpc-7']);
  const { revisions } = (await it.client.get('/api/deploy/history/shown')).body;
  const job = revisions[0].jobs.find(({ jobId }: { jobId: string }) => jobId === first.jobId);
  expect(job.orphans).toStrictEqual({ found: 1, unresolved: 1 });
  expect((await it.client.get('/api/deploy/drift/shown')).body.orphans.length).toBe(2);
});

test('planned values are sealed, and deleted once the orphan is settled', async () => {
  const orphan = await orphaned('sealed', null);
  const { query } = it.gateway.context.database;
  const [row] = await unresolvedOrphans(query, 'sealed');
  assert.ok(row?.content && !Buffer.from(row.content).includes('secret-cidr'));
  const said = { orphanIds: [orphan.id], reason: 'gone by hand' };
  expect((await it.client.post('/api/deploy/orphans/sealed/acknowledge', said)).status).toBe(200);
  const settled = await query
    .selectFrom('orphans')
    .selectAll()
    .where('id', '=', orphan.id)
    .executeTakeFirst();
  expect([settled?.status, settled?.content, settled?.resolution]).toStrictEqual([
    'acknowledged',
    null,
    'gone by hand',
  ]);
  const log = JSON.stringify((await it.client.get('/api/audit')).body);
  assert.ok(log.includes('gone by hand'), 'the reason is in the audit log');
});

test('an orphan is settled only once, and only by its own project', async () => {
  const orphan = await orphaned('once', null);
  await orphaned('other', null);
  const said = { orphanIds: [orphan.id], reason: 'gone by hand' };
  const foreign = await it.client.post('/api/deploy/orphans/other/acknowledge', said);
  expect([foreign.status, foreign.body.code]).toStrictEqual([404, 'orphan_not_found']);
  await it.client.post('/api/deploy/orphans/once/acknowledge', said);
  const again = await it.client.post('/api/deploy/orphans/once/acknowledge', said);
  expect([again.status, again.body.code]).toStrictEqual([404, 'orphan_not_found']);
});

test('adopting or deleting needs the id of one object, and its job waits for approval', async () => {
  const orphan = await orphaned('named', null);
  const url = '/api/deploy/orphans/named';
  for (const way of ['adopt', 'delete']) {
    const body = way === 'adopt' ? { orphanId: orphan.id } : { orphanIds: [orphan.id] };
    const refused = await it.client.post(`${url}/${way}`, body);
    expect([refused.status, refused.body.code]).toStrictEqual([409, 'orphan_not_adoptable']);
  }
  const { status, body } = await it.client.post(`${url}/delete`, {
    orphanIds: [orphan.id],
    objectId: 'vpc-9',
  });
  assert.equal(status, 202, JSON.stringify(body));
  const { query } = it.gateway.context.database;
  const job = await query.selectFrom('jobs').selectAll().where('id', '=', body.jobId).executeTakeFirst();
  expect([job?.type, job?.auto_approve, job?.orphan_ids]).toStrictEqual([
    'destroy',
    false,
    JSON.stringify([orphan.id]),
  ]);
  expect((await orphansOf('named')).map(({ objectId, source }) => [objectId, source])).toStrictEqual([
    ['vpc-9', 'person'],
  ]);
});

test('an orphan cannot be adopted at an address that is taken', async () => {
  const orphan = await orphaned('taken', 'vpc-1');
  await completeWith('taken', ['vpc-2']);
  const refused = await it.client.post('/api/deploy/orphans/taken/adopt', { orphanId: orphan.id });
  expect([refused.status, refused.body.code]).toStrictEqual([409, 'orphan_not_adoptable']);
  expect(refused.body.detail).toMatch(/aws_vpc\.v is already another object/);
});

test('a project becomes destroyed when a job’s search settles its last orphan', async () => {
  const orphan = await orphaned('searched', null);
  const { query } = it.gateway.context.database;
  await query
    .updateTable('projects')
    .set({ deployment_status: 'destroyed_with_orphans' })
    .where('id', '=', 'searched')
    .execute();
  const status = async () =>
    (await it.client.get('/api/deploy/infrastructure/searched')).body.deploymentStatus;
  await completeWith('searched', []);
  expect(await status()).toBe('destroyed_with_orphans');
  await settleOrphan(query, orphan.id, { status: 'absent', by: 'engine', resolution: 'none found' });
  await completeWith('searched', []);
  expect(await status()).toBe('destroyed');
});

test('a project becomes destroyed when its last orphan is settled', async () => {
  const orphan = await orphaned('rest', null);
  const { query } = it.gateway.context.database;
  await query
    .updateTable('projects')
    .set({ deployment_status: 'destroyed_with_orphans' })
    .where('id', '=', 'rest')
    .execute();
  await query.updateTable('jobs').set({ status: 'failed' }).where('project_id', '=', 'rest').execute();
  const status = async () => (await it.client.get('/api/deploy/infrastructure/rest')).body.deploymentStatus;
  expect(await status()).toBe('destroyed_with_orphans');
  await it.client.post('/api/deploy/orphans/rest/acknowledge', {
    orphanIds: [orphan.id],
    reason: 'not ours',
  });
  expect(await status()).toBe('destroyed');
});
