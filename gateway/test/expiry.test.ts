import assert from 'node:assert/strict';
import type { JobStatus, JobType } from '@deployment-engine/contracts';
import { enginePrincipal } from '../src/access/principal.ts';
import { destroyDueProjects } from '../src/jobs/expiry.ts';
import { insertJob, type NewJob } from '../src/jobs/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { startTestGateway, type TestGateway } from './support.ts';

const hourMs = 3_600_000;
let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
const query = () => it.gateway.context.database.query;

/** A project whose time to live ends `inMs` from now. */
async function project(id: string, inMs: number | null, more: { revision?: number | null } = {}) {
  await ensureProject(query(), id);
  const destroy_at = inMs === null ? null : new Date(Date.now() + inMs);
  await query()
    .updateTable('projects')
    .set({ revision: 1, ...more, destroy_at })
    .where('id', '=', id)
    .execute();
}

const destroyAt = async (id: string) =>
  (await query().selectFrom('projects').select('destroy_at').where('id', '=', id).executeTakeFirstOrThrow())
    .destroy_at;
const makeDue = (id: string) => project(id, -1000);

async function addJob(projectId: string, type: JobType, status: JobStatus, more: Partial<NewJob> = {}) {
  const job = await insertJob(query(), {
    projectId,
    type,
    revision: 1,
    createdBy: enginePrincipal,
    ...more,
  });
  await query().updateTable('jobs').set({ status }).where('id', '=', job.id).execute();
  return job.id;
}

const destroysOf = async (projectId: string) =>
  query()
    .selectFrom('jobs')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('type', '=', 'destroy')
    .orderBy('seq')
    .execute();

test('a due project is destroyed with the code of its deployment; others are not destroyed', async () => {
  await project('due', -1000, { revision: 3 });
  await project('later', hourMs);
  await project('never', null);
  const ids = await destroyDueProjects(it.gateway.context);
  const [destroy] = await destroysOf('due');
  expect(ids).toStrictEqual([destroy?.id]);
  expect([destroy?.revision, destroy?.type, destroy?.created_by]).toStrictEqual([3, 'destroy', 'engine']);
  for (const other of ['later', 'never']) expect(await destroysOf(other)).toStrictEqual([]);
});

test('a failed destroy is retried: its date is moved, and cleared only when one completes', async () => {
  await makeDue('failing');
  const [first = ''] = await destroyDueProjects(it.gateway.context);
  const next = (await destroyAt('failing'))?.getTime() ?? 0;
  assert.ok(next > Date.now() + hourMs / 2 && next < Date.now() + 2 * hourMs, new Date(next).toISOString());
  assert.deepEqual(await destroyDueProjects(it.gateway.context), [], 'not before the hour is over');
  await query().updateTable('jobs').set({ status: 'failed' }).where('id', '=', first).execute();
  await makeDue('failing');
  expect((await destroyDueProjects(it.gateway.context)).length).toBe(1);
  expect((await destroysOf('failing')).length).toBe(2);
});

for (const status of ['awaiting_approval', 'pending', 'processing'] as const)
  test(`no second destroy is queued while one is ${status}, even hours later`, async () => {
    const id = `parked-${status.replace('_', '-')}`;
    await makeDue(id);
    const [first = ''] = await destroyDueProjects(it.gateway.context);
    await query().updateTable('jobs').set({ status }).where('id', '=', first).execute();
    for (let round = 0; round < 3; round += 1) {
      await makeDue(id);
      expect(await destroyDueProjects(it.gateway.context)).toStrictEqual([]);
    }
    expect((await destroysOf(id)).length).toBe(1);
    await query().updateTable('jobs').set({ status: 'cancelled' }).where('id', '=', first).execute();
    assert.equal(
      (await destroyDueProjects(it.gateway.context)).length,
      1,
      'it is due again once that has ended',
    );
  });

test('a job of another project or type does not delay a destroy', async () => {
  await makeDue('held');
  await addJob('held', 'deploy', 'awaiting_approval');
  await ensureProject(query(), 'elsewhere');
  await addJob('elsewhere', 'destroy', 'awaiting_approval');
  expect((await destroyDueProjects(it.gateway.context)).length).toBe(1);
});

test('a project without code has nothing to destroy', async () => {
  await project('empty', -1000, { revision: null });
  expect(await destroyDueProjects(it.gateway.context)).toStrictEqual([]);
});

test('the destroy is attributed to whoever deployed, and the audit log says that the engine queued it', async () => {
  await ensureProject(query(), 'owned');
  const createdBy = { id: 'key:owner', blastRadius: null };
  const deployment = await addJob('owned', 'deploy', 'completed', { createdBy });
  await query()
    .updateTable('projects')
    .set({ revision: 1, deployment_job_id: deployment, destroy_at: new Date(Date.now() - 1000) })
    .where('id', '=', 'owned')
    .execute();
  const [id] = await destroyDueProjects(it.gateway.context);
  expect((await destroysOf('owned'))[0]?.created_by).toBe('key:owner');
  const rows = await query().selectFrom('audit_entries').select('entry').execute();
  const entries = rows.map(({ entry }) => JSON.parse(entry)).filter(({ job }) => job === id);
  expect(entries.map(({ action, project: of }) => [action, of])).toStrictEqual([['destroyExpired', 'owned']]);
});
