import type { PipelineAccepted } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Principal } from '../access/principal.ts';
import { refuseSelfApproval } from '../access/refuse-self-approval.ts';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import { approvePlan } from '../jobs/approve.ts';
import { madeFrom } from '../projects/plans/made-from.ts';
import { findPlan } from '../projects/plans/store.ts';
import { newestStateVersion } from '../projects/states/store.ts';
import { pipelineContent } from './contents.ts';
import { isEnded, type PipelineRow } from './rows.ts';
import { lockPipeline, requireAll } from './store.ts';
import { Step } from './work/step.ts';

/**
 * Approves all plans of a pipeline, or in its middle those that wait. The digest is over all of them, so nobody approves
 * what they have not seen.
 */
export async function approvePipeline(
  context: Context,
  pipelineId: string,
  planDigest: string,
  { principal, call }: { principal: Principal; call: Call },
): Promise<PipelineAccepted> {
  return context.database.query.transaction().execute(async (trx) => {
    const pipeline = await lockPipeline(trx, pipelineId);
    const step = await Step.open(context, trx, pipeline);
    requireAll(principal, step.tasks);
    const waiting = step.tasks.filter(({ status }) => status === 'awaiting_approval');
    requireWaiting(pipeline, waiting.length);
    refuseSelfApproval(context.config.access, principal, {
      what: `pipeline ${pipelineId}`,
      createdBy: pipeline.created_by,
    });
    requireApprover(context, pipeline, principal);
    if (pipeline.plan_digest !== planDigest)
      throw new DomainError(
        'plan_digest_mismatch',
        `approving pipeline ${pipelineId}: its plans are ${pipeline.plan_digest}; review them and approve that digest`,
      );
    for (const task of waiting) {
      const job = step.jobOf(task);
      if (job?.status !== 'awaiting_approval') continue;
      // What needs it first has its turn first: the plan is applied then.
      if (!step.needs(task).every(isEnded)) {
        await step.setTask(task, { status: 'planned' }, `approved by ${principal.name}`);
        continue;
      }
      await approvePlan(trx, context, job, job.plan_digest ?? '', `was approved by ${principal.name}`);
      await step.setTask(task, { status: 'applying' }, `approved by ${principal.name}`);
    }
    if (waiting.length === 0) await requireFresh(step);
    await step.setStatus('applying', `The plans ${planDigest.slice(0, 12)} were approved.`, {
      approved_digest: planDigest,
      approved_by: principal.name,
      waiting_reason: null,
    });
    await step.close();
    const { stack, environment } = pipeline;
    const detail = { pipeline: pipelineId, stack, environment };
    await call.record(trx, { digest: planDigest, detail });
    return {
      pipelineId,
      status: 'accepted' as const,
      message: 'The plans are approved and will be applied',
    };
  });
}

function requireWaiting({ id, status }: PipelineRow, waiting: number): void {
  if (status !== 'awaiting_approval' && !(status === 'applying' && waiting > 0))
    throw new DomainError('pipeline_not_awaiting_approval', `approving pipeline ${id}: it is ${status}`);
}

/** Previews are only as good as the states they were made from. */
async function requireFresh(step: Step): Promise<void> {
  for (const task of step.tasks) {
    const job = task.status === 'planned' ? step.jobOf(task) : undefined;
    const plan = job && (await findPlan(step.trx, job.id));
    if (!plan || madeFrom(plan, await newestStateVersion(step.trx, task.project_id))) continue;
    throw new DomainError(
      'plan_stale',
      `approving pipeline ${step.pipeline.id}: the state of ${task.component} has changed since its plan was made; cancel it and start a new one`,
    );
  }
}

/** Throws if the stack names approvers of the environment, and the caller is none of them. */
function requireApprover({ encryption }: Context, pipeline: PipelineRow, principal: Principal): void {
  const { approvers } = pipelineContent(encryption, pipeline).approval;
  if (principal.kind === 'open' || approvers.length === 0) return;
  if (approvers.includes(principal.name) || approvers.includes(principal.id)) return;
  throw new DomainError(
    'forbidden',
    `approving pipeline ${pipeline.id}: spec.approval of ${pipeline.environment} names ${approvers.join(', ')}; ${principal.name} is none of them`,
  );
}
