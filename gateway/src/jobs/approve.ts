import type { Accepted, JobEventBody } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Principal } from '../access/principal.ts';
import { refuseSelfApproval } from '../access/refuse-self-approval.ts';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import { madeFrom } from '../projects/plans/made-from.ts';
import { isSealIntact } from '../projects/plans/seal.ts';
import { findPlan } from '../projects/plans/store.ts';
import { newestStateVersion } from '../projects/states/store.ts';
import type { JobRow } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';
import { lockJob, transition } from './transition.ts';
import { writeJob } from './write-job.ts';

/** Lets a waiting job apply exactly the reviewed plan. */
export async function approveJob(
  context: Context,
  jobId: string,
  planDigest: string,
  { principal, call }: { principal: Principal; call: Call },
): Promise<Accepted> {
  return context.database.query.transaction().execute(async (trx) => {
    const job = await lockJob(trx, jobId);
    if (job.pipeline_id !== null)
      throw new DomainError(
        'stack_owned',
        `approving job ${jobId}: it belongs to pipeline ${job.pipeline_id}; approve that one`,
      );
    requireWaiting(job);
    refuseSelfApproval(context.config.access, principal, {
      what: `job ${jobId}`,
      createdBy: job.created_by,
    });
    await approvePlan(trx, context, job, planDigest, 'was approved');
    await call.record(trx, { project: job.project_id, digest: planDigest });
    return { jobId, status: 'accepted' as const, message: 'The plan is approved and will be applied' };
  });
}

/** The same for a caller that has the right to approve and records it in the audit log. */
export async function approvePlan(
  trx: Query,
  { encryption }: Pick<Context, 'encryption'>,
  job: JobRow,
  planDigest: string,
  why: string,
): Promise<void> {
  const jobId = job.id;
  const locked = await lockJob(trx, jobId);
  requireWaiting(locked);
  const plan = await findPlan(trx, jobId);
  if (plan?.digest !== planDigest)
    throw new DomainError(
      'plan_digest_mismatch',
      `approving job ${jobId}: its plan is ${plan?.digest}; review that one and approve it`,
    );
  if (!madeFrom(plan, await newestStateVersion(trx, job.project_id)))
    throw new DomainError(
      'plan_stale',
      `approving job ${jobId}: the state has changed since its plan was made; cancel it and deploy again`,
    );
  if (!(await isSealIntact(trx, encryption, plan)))
    throw new DomainError(
      'plan_seal_broken',
      `approving job ${jobId}: its plan does not match its seal, so the database was changed; cancel it and deploy again`,
    );
  const message = `The plan ${planDigest.slice(0, 12)} ${why}.`;
  const body: JobEventBody = { type: 'gate', gate: 'approval', verdict: 'passed', message };
  await writeJob(trx, job.id, { events: [{ body, at: new Date() }] });
  await transition(trx, { jobId, locked }, 'approve', message, {
    approved_digest: planDigest,
    waiting_reason: null,
    timed_from: null, // the wait for approval does not count towards the job's time limit
  });
}

function requireWaiting({ id, status }: JobRow): void {
  if (status !== 'awaiting_approval')
    throw new DomainError('job_not_awaiting_approval', `approving job ${id}: it is ${status}`);
}
