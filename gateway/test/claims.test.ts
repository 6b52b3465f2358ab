import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { sql } from 'kysely';
import { testUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { waitFor } from '../../testing/wait.ts';
import { enginePrincipal } from '../src/access/principal.ts';
import { jobQueuedChannel } from '../src/jobs/channels.ts';
import { claimNextJob, reclaimExpiredJob, renewLeases } from '../src/jobs/claim.ts';
import { LeaseLostError } from '../src/jobs/lease-lost-error.ts';
import { insertJob } from '../src/jobs/store.ts';
import { lockJob, patchJob, transition } from '../src/jobs/transition.ts';
import { writeJob } from '../src/jobs/write-job.ts';
import { ensureProject } from '../src/projects/store.ts';
import type { Lease } from '../src/server/database/job-row.ts';
import { openDatabase, type Query } from '../src/server/database/open.ts';
import { onEachDatabase } from './databases.ts';

const claimer = (owner: string) => ({ owner, leaseSeconds: 60, lostHoldSeconds: 300 });

async function queueJobs(query: Query, projectId: string, count: number): Promise<string[]> {
  await ensureProject(query, projectId);
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1)
    ids.push(
      (await insertJob(query, { projectId, type: 'deploy', revision: 1, createdBy: enginePrincipal })).id,
    );
  return ids;
}

onEachDatabase((open) => {
  test("ten workers race for one project's jobs and get them one at a time, in order", async () => {
    const query = open();
    const ids = await queueJobs(query, 'raced', 12);
    const order: string[] = [];
    let inProgress = 0;
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        while (order.length < ids.length) {
          const claim = await claimNextJob(query, claimer(`w${index}`));
          if (!claim) continue;
          inProgress += 1;
          expect(inProgress).toBe(1);
          order.push(claim.job.id);
          await query.selectFrom('jobs').select('id').execute();
          inProgress -= 1;
          await transition(query, { jobId: claim.job.id, lease: claim.lease }, 'complete', 'done');
        }
      }),
    );
    expect(order).toStrictEqual(ids);
  });

  test('a worker whose lease was taken over cannot write', async () => {
    const query = open();
    const [id = ''] = await queueJobs(query, 'fenced', 1);
    const first = await claimNextJob(query, { owner: 'paused', leaseSeconds: 60, lostHoldSeconds: 300 });
    assert.ok(first);
    await query
      .updateTable('jobs')
      .set({ lease_expires_at: new Date(0) })
      .where('id', '=', id)
      .execute();
    const second = await reclaimExpiredJob(query, claimer('successor'));
    assert.equal(second?.job.id, id);
    const stale = first.lease;
    await assert.rejects(patchJob(query, stale, { step: 'apply' }), LeaseLostError);
    await assert.rejects(transition(query, { jobId: id, lease: stale }, 'complete', 'done'), LeaseLostError);
    await assert.rejects(
      query.transaction().execute(async (trx) => {
        const job = await lockJob(trx, id, stale);
        await writeJob(trx, job.id, { events: [{ body: { type: 'waiting', reason: 'x' }, at: new Date() }] });
      }),
      LeaseLostError,
    );
    expect(await renewLeases(query, claimer('paused'), [stale])).toStrictEqual(new Set());
    expect(await renewLeases(query, claimer('successor'), [second.lease])).toStrictEqual(new Set([id]));
    await transition(query, { jobId: id, lease: second.lease }, 'complete', 'done');
  });

  test('an approved job waits until the project is free', async () => {
    const query = open();
    const [first = '', second = ''] = await queueJobs(query, 'approved', 2);
    const claim = await claimNextJob(query, claimer('a'));
    assert.equal(claim?.job.id, first);
    await transition(query, { jobId: first, lease: claim.lease }, 'awaitApproval', 'waits');
    const next = await claimNextJob(query, claimer('b'));
    assert.equal(next?.job.id, second);
    await transition(query, { jobId: first }, 'approve', 'approved');
    expect(await claimNextJob(query, claimer('c'))).toBe(undefined);
    await transition(query, { jobId: second, lease: next.lease }, 'complete', 'done');
    expect((await claimNextJob(query, claimer('c')))?.job.id).toBe(first);
  });

  test('a project’s jobs are held while an apply of a lost runner may still be running', async () => {
    const query = open();
    const [lost = '', next = ''] = await queueJobs(query, 'resting', 2);
    const claim = await claimNextJob(query, claimer('a'));
    await query
      .insertInto('unsettled_runs')
      .values({
        run_id: `${lost}-apply-1`,
        job_id: lost,
        project_id: 'resting',
        runner_url: 'http://127.0.0.1:9',
      })
      .execute();
    await transition(query, { jobId: lost, lease: claim?.lease as Lease }, 'fail', 'its runner is lost');
    expect(await claimNextJob(query, claimer('b'))).toBe(undefined);
    expect((await claimNextJob(query, { ...claimer('b'), lostHoldSeconds: 0 }))?.job.id).toBe(next);
  });
});

testUnless(skipWithoutPostgres())(
  'while the oldest job of a project is locked, the next one is not claimed',
  async () => {
    const server = await startPostgres();
    const { query, close } = await openDatabase({ databaseUrl: server.url, dataDir: tmpdir() });
    try {
      const [first = ''] = await queueJobs(query, 'locked', 2);
      await query.transaction().execute(async (trx) => {
        await lockJob(trx, first);
        expect(await claimNextJob(query, claimer('a'))).toBe(undefined);
      });
      expect((await claimNextJob(query, claimer('a')))?.job.id).toBe(first);
    } finally {
      await close();
      await server.stop();
    }
  },
);

testUnless(skipWithoutPostgres())(
  'a claim that loses the race for a project finds nothing; other errors are thrown',
  async () => {
    const server = await startPostgres();
    const { query, close } = await openDatabase({ databaseUrl: server.url, dataDir: tmpdir() });
    try {
      await queueJobs(query, 'raced', 1);
      const loser = await query.transaction().execute(async (trx) => {
        const [rival = ''] = await queueJobs(trx, 'raced', 1);
        await trx.updateTable('jobs').set({ status: 'processing' }).where('id', '=', rival).execute();
        const claiming = { claim: claimNextJob(query, claimer('late')) };
        await waitFor('the claim to wait for the rival', async () => {
          const waiting = await sql`select 1 from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'`.execute(query);
          return waiting.rows.length > 0 || undefined;
        });
        return claiming;
      });
      expect(await loser.claim).toBe(undefined);
    } finally {
      await close();
      await server.stop();
    }
    await expect(claimNextJob(query, claimer('a'))).rejects.toThrow();
  },
);

testUnless(skipWithoutPostgres())('every change of a status wakes the workers', async () => {
  const server = await startPostgres();
  const { query, listen, close } = await openDatabase({ databaseUrl: server.url, dataDir: tmpdir() });
  try {
    const [id = ''] = await queueJobs(query, 'announced', 1);
    const projects: string[] = [];
    await listen(jobQueuedChannel, (projectId) => projects.push(projectId));
    await transition(query, { jobId: id }, 'cancel', 'cancelled');
    await waitFor('the workers to be woken', () => projects.length > 0);
    expect(projects).toStrictEqual(['announced']);
  } finally {
    await close();
    await server.stop();
  }
});
