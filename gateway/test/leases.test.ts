import assert from 'node:assert/strict';
import type { JobStatus } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Updateable } from 'kysely';
import { enginePrincipal } from '../src/access/principal.ts';
import {
  type Claim,
  claimNextJob,
  expireAllLeases,
  reclaimExpiredJob,
  releaseLeases,
  renewLeases,
} from '../src/jobs/claim.ts';
import { listEvents } from '../src/jobs/events/store.ts';
import { LeaseLostError } from '../src/jobs/lease-lost-error.ts';
import { findJob, insertJob } from '../src/jobs/store.ts';
import { lockJob, patchJob, transition } from '../src/jobs/transition.ts';
import { ensureProject } from '../src/projects/store.ts';
import type { JobRow } from '../src/server/database/job-row.ts';
import type { Database } from '../src/server/database/schema.ts';
import { onEachDatabase } from './databases.ts';

const claimer = (owner: string) => ({ owner, leaseSeconds: 60, lostHoldSeconds: 300 });

onEachDatabase((open) => {
  afterEach(async () => {
    await open().updateTable('jobs').set({ status: 'cancelled' }).execute();
    await open().deleteFrom('unsettled_runs').execute();
  });

  async function queue(projectId: string): Promise<string> {
    await ensureProject(open(), projectId);
    const job = { projectId, type: 'deploy', revision: 1, createdBy: enginePrincipal } as const;
    return (await insertJob(open(), job)).id;
  }

  const change = (id: string, patch: Updateable<Database['jobs']>) =>
    open().updateTable('jobs').set(patch).where('id', '=', id).execute();
  const job = async (id: string): Promise<JobRow> => (await findJob(open(), id)) ?? assert.fail(id);

  async function claimed(owner = 'first'): Promise<Claim> {
    return (await claimNextJob(open(), claimer(owner))) ?? assert.fail('nothing was claimed');
  }

  /** A job with two claims: the first worker was overtaken by the second. */
  async function overtaken(projectId: string): Promise<{ stale: Claim; current: Claim }> {
    const id = await queue(projectId);
    const stale = await claimed();
    await change(id, { lease_expires_at: new Date(0) });
    const current = await reclaimExpiredJob(open(), claimer('second'));
    return { stale, current: current ?? assert.fail('nothing was taken over') };
  }

  test('a busy project delays only its own jobs', async () => {
    const first = await queue('busy');
    await queue('busy');
    const other = await queue('free');
    expect((await claimed()).job.id).toBe(first);
    expect((await claimed()).job.id).toBe(other);
    expect(await claimNextJob(open(), claimer('c'))).toBe(undefined);
  });

  test('a project that is held after a lost apply does not delay other projects', async () => {
    const lost = await queue('lost');
    await change(lost, { status: 'failed' });
    const run = { run_id: 'r', job_id: lost, project_id: 'lost', runner_url: 'http://x' };
    await open().insertInto('unsettled_runs').values(run).execute();
    await queue('lost');
    const other = await queue('other');
    expect((await claimed()).job.id).toBe(other);
    expect(await claimNextJob(open(), claimer('c'))).toBe(undefined);
    await open()
      .updateTable('unsettled_runs')
      .set({ created_at: new Date(Date.now() - 301_000) })
      .execute();
    expect((await claimed()).job.project_id).toBe('lost');
  });

  test('the oldest job that may start is claimed first; a job that waits for approval delays no other', async () => {
    const ids = [await queue('a'), await queue('b'), await queue('a')];
    await change(ids[0] ?? '', { status: 'awaiting_approval' });
    expect((await claimed()).job.id).toBe(ids[1]);
    expect((await claimed()).job.id).toBe(ids[2]);
  });

  test('a claim records its start, its owner and a future end of the lease', async () => {
    const id = await queue('claimed');
    await change(id, { waiting_reason: 'no slot' });
    const first = await claimed('me');
    const row = await job(id);
    expect(first.reclaimed).toBe(false);
    expect([row.status, row.waiting_reason, row.lease_owner, row.lease_token]).toStrictEqual([
      'processing',
      null,
      'me',
      first.lease.token,
    ]);
    assert.ok(row.started_at && Date.now() - row.started_at.getTime() < 60_000);
    expect(row.timed_from).not.toBe(null);
    const left = (row.lease_expires_at?.getTime() ?? 0) - Date.now();
    assert.ok(left > 30_000 && left < 90_000, `${left} ms`);

    await transition(open(), { jobId: id, lease: first.lease }, 'interrupt', 'again');
    const again = await claimed('other');
    expect(again.reclaimed).toBe(true);
    expect(again.lease.token).toBe(first.lease.token + 1);
    assert.deepEqual((await job(id)).started_at, row.started_at, 'it started once');
    assert.deepEqual((await job(id)).timed_from, row.timed_from, 'its time limit runs on');
  });

  test('a job is taken over only if it is in progress and its lease has expired', async () => {
    const id = await queue('living');
    const { lease } = await claimed();
    expect(await reclaimExpiredJob(open(), claimer('thief'))).toBe(undefined);
    await change(id, { lease_expires_at: new Date(0) });
    for (const status of ['pending', 'awaiting_approval', 'completed'] satisfies JobStatus[]) {
      await change(id, { status });
      assert.equal(await reclaimExpiredJob(open(), claimer('thief')), undefined, status);
    }
    await change(id, { status: 'processing' });
    const taken = await reclaimExpiredJob(open(), claimer('successor'));
    expect([taken?.job.id, taken?.lease.token, taken?.reclaimed]).toStrictEqual([id, lease.token + 1, true]);
    assert.equal(await reclaimExpiredJob(open(), claimer('late')), undefined, 'it has a new lease');
  });

  test('ten workers race for an expired lease, and one takes the job over', async () => {
    const id = await queue('expired');
    await claimed();
    await change(id, { lease_expires_at: new Date(0) });
    const claims = await Promise.all(
      Array.from({ length: 10 }, (_, index) => reclaimExpiredJob(open(), claimer(`w${index}`))),
    );
    expect(claims.filter(Boolean).length).toBe(1);
  });

  test('an overtaken worker can neither release nor renew its successor’s lease', async () => {
    const { stale, current } = await overtaken('released');
    const before = (await job(stale.job.id)).lease_expires_at;
    await releaseLeases(open(), [stale.lease]);
    expect(await renewLeases(open(), claimer('first'), [stale.lease])).toStrictEqual(new Set());
    expect((await job(stale.job.id)).lease_expires_at).toStrictEqual(before);
    expect(await reclaimExpiredJob(open(), claimer('third'))).toBe(undefined);

    await releaseLeases(open(), [current.lease]);
    expect((await reclaimExpiredJob(open(), claimer('third')))?.job.id).toBe(stale.job.id);
  });

  test('a lease released with a delay is taken over after the delay, not before', async () => {
    const id = await queue('delayed');
    const { lease } = await claimed();
    await releaseLeases(open(), [lease], 600);
    expect(await reclaimExpiredJob(open(), claimer('second'))).toBe(undefined);
    const left = ((await job(id)).lease_expires_at?.getTime() ?? 0) - Date.now();
    assert.ok(left > 300_000 && left <= 600_000, `${left} ms`);
    await releaseLeases(open(), [lease]);
    expect((await reclaimExpiredJob(open(), claimer('second')))?.job.id).toBe(id);
  });

  test('the job that has waited longest for a worker is taken over first', async () => {
    const ids = [await queue('older'), await queue('newer')];
    for (const id of ids) {
      expect((await claimed()).job.id).toBe(id);
      await change(id, { lease_expires_at: new Date(0) });
    }
    await change(ids[0] ?? '', { step: 'plan' }); // makes its row the newer one on disk
    expect((await reclaimExpiredJob(open(), claimer('second')))?.job.id).toBe(ids[0]);
    expect((await reclaimExpiredJob(open(), claimer('second')))?.job.id).toBe(ids[1]);
  });

  test('ten race to end a job: one succeeds, and the others are refused', async () => {
    const id = await queue('ended-by-ten');
    const { lease } = await claimed();
    const endings = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        open()
          .transaction()
          .execute((trx) =>
            transition(trx, index % 2 ? { jobId: id } : { jobId: id, lease }, 'cancel', `${index}`),
          ),
      ),
    );
    expect(endings.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    const events = await listEvents(open(), id, 0);
    const ends = events.filter(({ body }) => body.type === 'job_status' && body.status === 'cancelled');
    expect(ends.length).toBe(1);
  });

  test('only our own leases are renewed, each for its own job', async () => {
    const { stale } = await overtaken('overtaken');
    await queue('kept');
    const kept = await claimed();
    await change(kept.job.id, { lease_expires_at: new Date(Date.now() + 1000) });
    const renewed = await renewLeases(open(), claimer('first'), [stale.lease, kept.lease]);
    expect(renewed).toStrictEqual(new Set([kept.job.id]));
    const left = ((await job(kept.job.id)).lease_expires_at?.getTime() ?? 0) - Date.now();
    assert.ok(left > 30_000, `${left} ms`);
  });

  test('the lease of a job that is no longer in progress is neither renewed nor released', async () => {
    const id = await queue('parked');
    const { lease } = await claimed();
    await transition(open(), { jobId: id, lease }, 'awaitApproval', 'waits');
    const before = await job(id);
    expect(await renewLeases(open(), claimer('first'), [lease])).toStrictEqual(new Set());
    await releaseLeases(open(), [lease]);
    expect(await job(id)).toStrictEqual(before);
  });

  test('a gateway that opens the embedded database expires only the leases of jobs in progress', async () => {
    const id = await queue('opened');
    await claimed();
    const ended = await queue('ended');
    await change(ended, { status: 'completed', lease_expires_at: null });
    await expireAllLeases(open());
    expect((await job(ended)).lease_expires_at).toBe(null);
    expect((await reclaimExpiredJob(open(), claimer('second')))?.job.id).toBe(id);
  });

  test('an old token can write nothing after its job was interrupted, parked or ended', async () => {
    for (const name of ['interrupt', 'awaitApproval', 'complete', 'fail', 'cancel'] as const) {
      const id = await queue(`old-${name}`);
      const { lease } = await claimed();
      await transition(open(), { jobId: id, lease }, name, 'by the worker itself');
      const before = await job(id);
      await assert.rejects(lockJob(open(), id, lease), LeaseLostError, name);
      await assert.rejects(patchJob(open(), lease, { step: 'apply' }), LeaseLostError, name);
      for (const next of ['complete', 'fail', 'cancel'] as const)
        await assert.rejects(transition(open(), { jobId: id, lease }, next, 'late'), LeaseLostError, name);
      expect(await job(id)).toStrictEqual(before);
      await change(id, { status: 'cancelled' });
    }
  });

  test('a token is valid for its own job only', async () => {
    const first = await queue('one');
    const { lease } = await claimed();
    await queue('two');
    const other = await claimed();
    expect(lease.token).toBe(other.lease.token);
    await patchJob(open(), lease, { step: 'plan' });
    expect([(await job(first)).step, (await job(other.job.id)).step]).toStrictEqual(['plan', null]);
    await transition(open(), { jobId: first, lease }, 'complete', 'done');
    expect((await job(other.job.id)).status).toBe('processing');
  });

  test('ending a job stores its time, patch and event and clears its lease; other transitions set no end', async () => {
    const id = await queue('ending');
    const { lease } = await claimed();
    await transition(open(), { jobId: id, lease }, 'awaitApproval', 'waits');
    expect((await job(id)).finished_at).toBe(null);
    await transition(open(), { jobId: id }, 'approve', 'goes on');
    const again = await claimed();
    expect((await job(id)).lease_expires_at).not.toBe(null);
    await transition(open(), { jobId: id, lease: again.lease }, 'fail', 'the reason', { step: 'apply' });
    const row = await job(id);
    assert.ok(row.finished_at);
    expect([row.status, row.step, row.lease_expires_at]).toStrictEqual(['failed', 'apply', null]);
    const last = (await listEvents(open(), id, 0)).at(-1)?.body;
    expect(last).toStrictEqual({ type: 'job_status', status: 'failed', message: 'the reason' });
    await assert.rejects(
      transition(open(), { jobId: id }, 'cancel', 'late'),
      (error) => error instanceof DomainError && error.code === 'job_finished',
    );
    await assert.rejects(
      transition(open(), { jobId: 'deploy-1700000000000-nobody' }, 'cancel', 'none'),
      (error) => error instanceof DomainError && error.code === 'job_not_found',
    );
  });
});
