import { enginePrincipal, openPrincipal, type Principal } from '../src/access/principal.ts';
import type { Context } from '../src/context.ts';
import type { Call } from '../src/http/call.ts';
import { approveJob } from '../src/jobs/approve.ts';
import { claimNextJob } from '../src/jobs/claim.ts';
import { listEvents } from '../src/jobs/events/store.ts';
import { findJob, insertJob } from '../src/jobs/store.ts';
import { transition } from '../src/jobs/transition.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { onEachDatabase } from './databases.ts';

const encryption = createEncryption(Buffer.alloc(32, 7));
const digest = 'a'.repeat(64);
const author: Principal = { ...enginePrincipal, kind: 'api_key', id: 'key:author', name: 'Ada' };
const other: Principal = { ...author, id: 'key:other' };
const claimer = { owner: 'w', leaseSeconds: 60, lostHoldSeconds: 0 };

onEachDatabase((open) => {
  let count = 0;

  /** A job of a new project that waits for approval. */
  async function waiting(createdBy = author): Promise<{ jobId: string; projectId: string }> {
    count += 1;
    await open().updateTable('jobs').set({ status: 'cancelled' }).where('status', '=', 'pending').execute();
    const projectId = `approved-${count}`;
    await ensureProject(open(), projectId);
    const { id } = await insertJob(open(), { projectId, type: 'deploy', revision: 1, createdBy });
    const claim = await claimNextJob(open(), claimer);
    expect(claim?.job.id).toBe(id);
    const plan = { jobId: id, digest, stateSerial: null, stateLineage: null };
    await savePlan(open(), encryption, { ...plan, json: Buffer.from('{}'), file: Buffer.from('x') });
    await transition(
      open(),
      { jobId: id, lease: claim?.lease ?? { jobId: id, token: 0 } },
      'awaitApproval',
      'w',
      {
        waiting_reason: 'waits',
      },
    );
    return { jobId: id, projectId };
  }

  function approve(
    jobId: string,
    options: { by?: Principal; planDigest?: string; allowSelf?: boolean } = {},
  ) {
    const recorded: unknown[] = [];
    const context = {
      database: { query: open() },
      encryption,
      config: { access: { allowSelfApproval: options.allowSelf ?? false } },
    } as unknown as Context;
    const call = { record: async (_query: unknown, more: unknown) => void recorded.push(more) };
    const as = { principal: options.by ?? other, call: call as unknown as Call };
    return approveJob(context, jobId, options.planDigest ?? digest, as).then((answer) => ({
      answer,
      recorded,
    }));
  }

  test('an approved job is queued with the digest, an event and an entry of the audit log', async () => {
    const { jobId, projectId } = await waiting();
    expect(await approve(jobId)).toStrictEqual({
      answer: { jobId, status: 'accepted', message: expect.any(String) },
      recorded: [{ project: projectId, digest }],
    });
    expect(await findJob(open(), jobId)).toMatchObject({
      status: 'pending',
      approved_digest: digest,
      waiting_reason: null,
      timed_from: null,
    });
    const message = `The plan ${digest.slice(0, 12)} was approved.`;
    expect((await listEvents(open(), jobId, 0)).map(({ body }) => body).slice(-2)).toStrictEqual([
      { type: 'gate', gate: 'approval', verdict: 'passed', message },
      { type: 'job_status', status: 'pending', message },
    ]);
  });

  test('a job that does not wait, or whose plan is another one, is refused', async () => {
    const { jobId } = await waiting();
    await expect(approve(jobId, { planDigest: 'b' })).rejects.toMatchObject({ code: 'plan_digest_mismatch' });
    await approve(jobId);
    await expect(approve(jobId)).rejects.toMatchObject({ code: 'job_not_awaiting_approval' });
    const unplanned = await waiting();
    await open().deleteFrom('plans').where('job_id', '=', unplanned.jobId).execute();
    await expect(approve(unplanned.jobId)).rejects.toMatchObject({ code: 'plan_digest_mismatch' });
  });

  test('a plan of another state, or whose seal is broken, is refused', async () => {
    const { jobId, projectId } = await waiting();
    const raw = Buffer.from(
      JSON.stringify({ version: 4, serial: 3, lineage: 'l', outputs: {}, resources: [] }),
    );
    await saveStateVersion(open(), encryption, { projectId, jobId, raw });
    await expect(approve(jobId)).rejects.toMatchObject({ code: 'plan_stale' });
    const broken = await waiting();
    await open().updateTable('plans').set({ seal: null }).where('job_id', '=', broken.jobId).execute();
    await expect(approve(broken.jobId)).rejects.toMatchObject({ code: 'plan_seal_broken' });
    expect(await findJob(open(), broken.jobId)).toMatchObject({ status: 'awaiting_approval' });
  });

  test('callers approve their own request only if the operator allows it, or if nobody is known', async () => {
    const { jobId } = await waiting();
    await expect(approve(jobId, { by: author })).rejects.toMatchObject({
      code: 'self_approval',
      message: expect.stringContaining('Ada requested it'),
    });
    await approve(jobId, { by: author, allowSelf: true });
    await approve((await waiting(openPrincipal)).jobId, { by: openPrincipal });
  });
});
