import assert from 'node:assert/strict';
import type { JobType } from '@deployment-engine/contracts';
import type { TerraformState } from '@deployment-engine/terraform-code';
import { enginePrincipal } from '../src/access/principal.ts';
import { deletedAs, deletionTargets, stateForRun } from '../src/jobs/recovery/orphan-deletion.ts';
import {
  insertOrphans,
  type OrphanRow,
  settleOrphan,
  unresolvedOrphans,
} from '../src/jobs/recovery/orphan-store.ts';
import { settleOrphansOf } from '../src/jobs/recovery/settle-orphans.ts';
import { insertJob } from '../src/jobs/store.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { readNewestState, saveStateVersion } from '../src/projects/states/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import type { JobRow } from '../src/server/database/job-row.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
const query = () => it.gateway.context.database.query;

const content = {
  ...{ address: 'aws_vpc.v', moduleAddress: 'module.m', type: 'aws_vpc', name: 'v', key: 1, replaces: null },
  ...{ provider: 'registry.example.org/own/aws', providerKey: 'aws.west', values: {} },
};

/** A project with an orphan per id: the first with its planned values, the others without. */
async function orphaned(projectId: string, ...ids: string[]): Promise<OrphanRow[]> {
  await ensureProject(query(), projectId);
  const common = { projectId, jobId: 'deploy-1', type: 'aws_vpc', reason: 'killed', started: true };
  for (const [index, objectId] of ids.entries())
    await insertOrphans(query(), it.gateway.context.encryption, [
      { ...common, address: null, objectId, source: 'journal', content: index === 0 ? content : null },
    ]);
  const rows = await unresolvedOrphans(query(), projectId);
  return ids.map((id) => rows.find(({ object_id }) => object_id === id) ?? assert.fail(id));
}

async function job(projectId: string, type: JobType, orphans?: OrphanRow[]): Promise<JobRow> {
  const more = orphans ? { orphanIds: orphans.map(({ id }) => id) } : {};
  return insertJob(query(), { projectId, type, revision: 1, createdBy: enginePrincipal, ...more });
}

const own = { mode: 'managed', type: 'aws_vpc', name: 'own', provider: 'p' } as const;
const instance = (id: string) => ({ attributes: { id } });
async function saveState(projectId: string, resources: TerraformState['resources']): Promise<void> {
  const state = { version: 4, terraform_version: '1.11.4', serial: 7, lineage: 'l', outputs: {}, resources };
  const raw = Buffer.from(JSON.stringify(state));
  await saveStateVersion(query(), it.gateway.context.encryption, { projectId, jobId: 'j', raw });
}

const run = (row: JobRow) => stateForRun(it.gateway.context, query(), row);
const newest = async (projectId: string) =>
  (await readNewestState(query(), it.gateway.context.encryption, projectId))?.state;
const idsOf = (state: TerraformState | undefined) =>
  (state?.resources ?? []).flatMap(({ instances }) => instances.map(({ attributes }) => attributes?.id));

test('a deletion plans only its own orphans, in the newest state, under names that no code uses', async () => {
  const [first, second] = await orphaned('deleting', 'vpc-1', 'vpc-2', 'vpc-3');
  assert.ok(first && second);
  await saveState('deleting', [{ ...own, instances: [instance('vpc-own')] }]);
  const deletion = await job('deleting', 'destroy', [first, second]);
  const start = await run(deletion);
  assert.deepEqual([start?.state.serial, start?.state.lineage], [7, 'l'], 'the plan is bound to them');
  expect(start?.version?.serial).toBe(7);
  expect(JSON.parse(start?.raw.toString() ?? '')).toStrictEqual(start?.state);
  expect(idsOf(start?.state)).toStrictEqual(['vpc-own', 'vpc-1', 'vpc-2']);
  expect(
    start?.state.resources.slice(1).map(({ module, name, provider }) => [module, name, provider]),
  ).toStrictEqual([
    [
      undefined,
      first.id.replace('orphan-', 'engine_orphan_'),
      'provider["registry.example.org/own/aws"].west',
    ],
    [
      undefined,
      second.id.replace('orphan-', 'engine_orphan_'),
      'provider["registry.terraform.io/hashicorp/aws"]',
    ],
  ]);
  const targets = await deletionTargets(query(), deletion);
  expect(targets.toSorted()).toStrictEqual([deletedAs(first), deletedAs(second)].toSorted());
  await settleOrphan(query(), first.id, { status: 'absent', by: 'engine', resolution: 'none found' });
  expect(await deletionTargets(query(), deletion)).toStrictEqual([deletedAs(second)]);
  expect(idsOf((await run(deletion))?.state)).toStrictEqual(['vpc-own', 'vpc-2']);
});

test('every other job uses the newest state unchanged', async () => {
  const orphans = await orphaned('untouched', 'vpc-1');
  await saveState('untouched', [{ ...own, instances: [instance('vpc-own')] }]);
  for (const row of [
    await job('untouched', 'destroy'),
    await job('untouched', 'deploy'),
    { ...(await job('untouched', 'deploy')), orphan_ids: JSON.stringify(orphans.map(({ id }) => id)) },
    await job('untouched', 'destroy', []),
  ]) {
    expect(idsOf((await run(row))?.state)).toStrictEqual(['vpc-own']);
    expect(await deletionTargets(query(), row)).toStrictEqual([]);
  }
});

test('a project without a state gets one with its own lineage, which is always the same', async () => {
  const deletion = await job('stateless', 'destroy', await orphaned('stateless', 'vpc-1'));
  const other = await job('elsewhere', 'destroy', await orphaned('elsewhere', 'vpc-2'));
  const [once, again, there] = [await run(deletion), await run(deletion), await run(other)];
  expect(once?.raw).toStrictEqual(again?.raw);
  expect(once?.state.serial).toBe(0);
  expect(once?.version).toBe(undefined);
  expect(once?.state.lineage ?? '').toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(once?.state.lineage).not.toBe(there?.state.lineage);
});

/** Ends a job whose plan deletes all of the orphans; its state contains those that are left. */
async function end(projectId: string, status: 'completed' | 'failed' | 'cancelled', orphans: OrphanRow[]) {
  const row = await job(projectId, 'destroy', orphans);
  const changes = orphans.map((orphan) => {
    const address = deletedAs(orphan);
    const [type, name] = address.split('.');
    return { address, mode: 'managed', type, name, change: { actions: ['delete'] } };
  });
  await savePlan(query(), it.gateway.context.encryption, {
    jobId: row.id,
    digest: 'd',
    stateSerial: null,
    stateLineage: null,
    json: Buffer.from(JSON.stringify({ resource_changes: changes })),
    file: Buffer.from('x'),
  });
  await query().updateTable('jobs').set({ status }).where('id', '=', row.id).execute();
  await query()
    .transaction()
    .execute((trx) => settleOrphansOf(it.gateway.context, trx, { ...row, status }));
}

for (const status of ['failed', 'cancelled'] as const)
  test(`a deletion that was ${status} leaves no orphan in the state, and settles none`, async () => {
    const projectId = `broken-${status}`;
    const [orphan, kept] = await orphaned(projectId, 'vpc-1', 'vpc-2');
    assert.ok(orphan && kept);
    const left = [orphan, kept].map((one) => ({
      ...{ ...own, name: one.id.replace('orphan-', 'engine_orphan_') },
      instances: [instance(one.object_id ?? '')],
    }));
    await saveState(projectId, [{ ...own, instances: [instance('vpc-own')] }, ...left]);
    await end(projectId, status, [orphan]);
    expect(idsOf(await newest(projectId))).toStrictEqual(['vpc-own', 'vpc-2']);
    expect((await newest(projectId))?.serial).toBe(8);
    expect((await unresolvedOrphans(query(), projectId)).length).toBe(2);
    await end(projectId, status, [orphan]);
    assert.equal((await newest(projectId))?.serial, 8, 'a state without them is not stored again');
  });

test('a project becomes destroyed when its last orphans are deleted, not when only some are', async () => {
  const [first, second, third] = await orphaned('ends', 'vpc-1', 'vpc-2', 'vpc-3');
  assert.ok(first && second && third);
  const withOrphans = { deployment_status: 'destroyed_with_orphans' } as const;
  await query().updateTable('projects').set(withOrphans).where('id', '=', 'ends').execute();
  const status = async () =>
    (await it.client.get('/api/deploy/infrastructure/ends')).body.deploymentStatus as string;
  await end('ends', 'completed', [first, second]);
  expect((await unresolvedOrphans(query(), 'ends')).map(({ id }) => id)).toStrictEqual([third.id]);
  expect(await status()).toBe('destroyed_with_orphans');
  await end('ends', 'completed', [third]);
  expect(await unresolvedOrphans(query(), 'ends')).toStrictEqual([]);
  expect(await status()).toBe('destroyed');
});

test('an orphan with several candidates is adopted as the candidate that is in the state', async () => {
  const [orphan, other] = await orphaned('found', 'x', 'vpc-3');
  assert.ok(orphan && other);
  const candidates = { object_id: null, source: null, candidates: JSON.stringify(['vpc-1', 'vpc-2']) };
  await query().updateTable('orphans').set(candidates).where('id', '=', orphan.id).execute();
  const deploy = await job('found', 'deploy');
  const settle = () =>
    query()
      .transaction()
      .execute((trx) => settleOrphansOf(it.gateway.context, trx, deploy));
  await saveState('found', [
    { ...own, type: 'aws_subnet', instances: [instance('vpc-1')] },
    { ...own, mode: 'data', name: 'read', instances: [instance('vpc-1')] },
  ]);
  await settle();
  assert.equal((await unresolvedOrphans(query(), 'found')).length, 2, 'it is none of this type');
  await saveState('found', [{ ...own, instances: [instance('vpc-2')] }]);
  await settle();
  expect((await unresolvedOrphans(query(), 'found')).map(({ id }) => id)).toStrictEqual([other.id]);
  const row = await query()
    .selectFrom('orphans')
    .select(['status', 'object_id', 'source', 'resolved_by'])
    .where('id', '=', orphan.id)
    .executeTakeFirstOrThrow();
  expect(Object.values(row)).toStrictEqual(['adopted', 'vpc-2', 'search', 'engine']);
});
