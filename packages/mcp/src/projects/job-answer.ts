import { isFinished, type JobView, type PlanSummary } from '@deployment-engine/contracts';
import type { Answer } from '../answer/answer.ts';
import type { Approval } from '../call/approval.ts';
import type { Call } from '../call/call.ts';
import { problemData } from '../call/problems.ts';
import { planData } from './plan-data.ts';

/** Tells how a job stands, with its plan, its diagnostics and what to do next. */
export async function jobAnswer(call: Call, job: JobView): Promise<Answer & { approval?: Approval }> {
  const { jobId, projectId, type, status, planDigest, plan } = job;
  const facts = { jobId, projectId, type, status, planDigest };
  const all = job.failure?.diagnostics ?? [];
  const diagnostics = problemData(
    call,
    projectId,
    all.filter(({ severity }) => severity === 'error'),
    all.filter(({ severity }) => severity === 'warning'),
  );
  return {
    says: [...nextSteps(job), ...diagnostics.says],
    facts: { ...facts, repeated: diagnostics.repeated },
    data: {
      ...(job.error ? { error: job.error } : {}),
      ...(job.waitingReason ? { waitingReason: job.waitingReason } : {}),
      ...(diagnostics.data.length > 0 ? { diagnostics: diagnostics.data } : {}),
      ...(plan && (type === 'plan' || status === 'awaiting_approval')
        ? { plan: await planOf(call, jobId) }
        : {}),
      ...(status === 'completed' && type !== 'plan' ? { outputs: job.result?.outputs ?? {} } : {}),
    },
    isError: status === 'failed',
    ...(status === 'awaiting_approval' && planDigest
      ? { approval: { of: 'job', id: jobId, planDigest, question: questionOf(job) } }
      : {}),
  };
}

function nextSteps(job: JobView): string[] {
  const { jobId, type, status, step, planDigest, plan, failure } = job;
  const about = `Job ${jobId} (${type})`;
  if (status === 'awaiting_approval')
    return [
      `${about} waits for an approval of its plan: ${summaryText(plan)}. Nothing is changed until then.`,
      `Show the plan to the user. To apply exactly this plan, call ${type} with jobId ${jobId} and planDigest ${planDigest}; to drop it, call cancel.`,
    ];
  if (status === 'failed')
    return [
      `${about} failed${failure ? ` at step ${failure.step}: ${failure.reason}` : ''}.`,
      failure?.retryable
        ? 'The same call may succeed later.'
        : 'The same call fails again: change what the data names first.',
    ];
  if (!isFinished(status))
    return [
      `${about} is ${status}${step ? ` at step ${step}` : ''}, ${job.progress} % done.`,
      `Call status with jobId ${jobId} to wait further; do not start it again.`,
    ];
  const changed = plan ? `: ${summaryText(plan)}` : '';
  return [`${about} is ${status}${type === 'plan' ? `${changed}; nothing was applied` : changed}.`];
}

function questionOf({ type, projectId, plan }: JobView): string {
  const what = type === 'destroy' ? 'Destroy what is deployed of' : 'Apply these changes to';
  return `${what} ${projectId}? ${summaryText(plan)}.`;
}

export function summaryText(plan: PlanSummary | null): string {
  if (!plan) return 'no changes are known yet';
  const { create, update, replace, delete: deleted } = plan;
  return `${create} to create, ${update} to update, ${replace} to replace, ${deleted} to delete`;
}

/** Plans are removed after a while, and with their project. */
async function planOf(call: Call, jobId: string) {
  const plan = await call.client.jobPlan({ params: { jobId } }).catch(() => undefined);
  return plan && planData(plan);
}
