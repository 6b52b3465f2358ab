import assert from 'node:assert/strict';
import { type JobStatus, type JobType, jobStatuses, jobTypes } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { sql } from 'kysely';
import { testUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { waitFor } from '../../testing/wait.ts';
import { enginePrincipal } from '../src/access/principal.ts';
import { restoreState } from '../src/infrastructure/restore-state.ts';
import { insertJob, unfinishedDeployments } from '../src/jobs/store.ts';
import { listStateVersions, readNewestState, saveStateVersion } from '../src/projects/states/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
const query = () => it.gateway.context.database.query;

/** A project with serials 1 and 2; the first has one resource. Returns the number of the first version. */
async function project(projectId: string, { database, encryption } = it.gateway.context): Promise<number> {
  await ensureProject(database.query, projectId);
  const instances = [{ attributes: {} }];
  const resource = { mode: 'managed', type: 'terraform_data', name: 'a', provider: 'p', instances };
  const ids = [];
  for (const [serial, resources] of [
    [1, [resource]],
    [2, []],
  ] as const) {
    const state = { version: 4, terraform_version: '1.11.4', serial, lineage: 'l', outputs: {}, resources };
    const raw = Buffer.from(JSON.stringify(state));
    const version = await saveStateVersion(database.query, encryption, {
      projectId,
      jobId: `j${serial}`,
      raw,
    });
    ids.push(version.id);
  }
  return ids[0] ?? assert.fail();
}

async function addJob(projectId: string, type: JobType, status: JobStatus): Promise<void> {
  const { id } = await insertJob(query(), { projectId, type, revision: 1, createdBy: enginePrincipal });
  await query().updateTable('jobs').set({ status }).where('id', '=', id).execute();
}

const restore = (projectId: string, version: number) => restoreState(it.gateway.context, projectId, version);
const serials = async (projectId: string) =>
  (await listStateVersions(query(), projectId, { limit: 9 })).map(({ serial }) => serial);

test('an earlier version becomes the newest under the next serial, with its content and its lineage', async () => {
  const first = await project('restored');
  const { restored, version } = await restore('restored', first);
  expect([restored.id, version.serial, version.jobId]).toStrictEqual([first, 3, 'j1']);
  expect(await serials('restored')).toStrictEqual([3, 2, 1]);
  const newest = await readNewestState(query(), it.gateway.context.encryption, 'restored');
  expect(newest?.state.resources.length).toBe(1);
  expect([newest?.state.serial, newest?.state.lineage]).toStrictEqual([3, 'l']);
});

const changes = ['deploy', 'rollback', 'destroy'];
const unfinished = ['pending', 'processing', 'awaiting_approval'];
for (const type of jobTypes)
  test(`a restore is refused while a ${type} that may change the state is unfinished`, async () => {
    for (const status of jobStatuses) {
      const projectId = `${type}-${status.replace('_', '-')}`;
      const first = await project(projectId);
      await addJob(projectId, type, status);
      if (changes.includes(type) && unfinished.includes(status)) {
        await assert.rejects(
          restore(projectId, first),
          (error) => error instanceof DomainError && error.code === 'project_busy',
          projectId,
        );
        expect(await serials(projectId)).toStrictEqual([2, 1]);
      } else assert.equal((await restore(projectId, first)).version.serial, 3, projectId);
    }
  });

test('the jobs of another project do not matter, and its versions cannot be restored here', async () => {
  const first = await project('here');
  const there = await project('there');
  await addJob('there', 'deploy', 'processing');
  await assert.rejects(
    restore('here', there),
    (error) => error instanceof DomainError && error.code === 'state_version_not_found',
  );
  expect((await restore('here', first)).version.serial).toBe(3);
  expect(await unfinishedDeployments(query(), ['here', 'there'])).toStrictEqual(new Set(['there']));
  expect(await unfinishedDeployments(query(), [])).toStrictEqual(new Set());
});

testUnless(skipWithoutPostgres())(
  'a restore waits for a job that is being queued, and is then refused',
  async () => {
    const server = await startPostgres();
    try {
      await using other = await startTestGateway({
        DATABASE_URL: server.url,
        STATE_ENCRYPTION_KEY: 'ab'.repeat(32),
      });
      const { context } = other.gateway;
      const first = await project('raced', context);
      let restoring: Promise<string> | undefined;
      await context.database.query.transaction().execute(async (trx) => {
        await insertJob(trx, { projectId: 'raced', type: 'deploy', revision: 1, createdBy: enginePrincipal });
        let isOver = false;
        restoring = restoreState(context, 'raced', first)
          .then(
            () => 'restored',
            ({ code }) => code,
          )
          .finally(() => {
            isOver = true;
          });
        await waitFor('the restore to wait', async () => {
          const waiting = await sql`select 1 from pg_locks where not granted`.execute(context.database.query);
          return isOver || waiting.rows.length > 0;
        });
      });
      expect(await restoring).toBe('project_busy');
    } finally {
      await server.stop();
    }
  },
);

test('a destroyed project becomes deployed when it has resources again; other statuses do not change', async () => {
  for (const [status, version, expected] of [
    ['destroyed', 'first', 'deployed'],
    ['destroyed', 'second', 'destroyed'],
    ['destroyed_with_orphans', 'first', 'deployed'],
    ['failed', 'first', 'failed'],
  ] as const) {
    const projectId = `was-${status.replaceAll('_', '-')}-${version}`;
    const first = await project(projectId);
    await query()
      .updateTable('projects')
      .set({ deployment_status: status })
      .where('id', '=', projectId)
      .execute();
    await restore(projectId, version === 'first' ? first : first + 1);
    const row = await query()
      .selectFrom('projects')
      .select('deployment_status')
      .where('id', '=', projectId)
      .executeTakeFirstOrThrow();
    assert.equal(row.deployment_status, expected, projectId);
  }
});
