import { isFinished, type JobView, type PlanSummary } from '@deployment-engine/contracts';
import type { Answer } from '../answer/answer.ts';
import type { Approval } from '../call/approval.ts';
import type { Call } from '../call/call.ts';
import { errorsOf, problemData } from '../call/problems.ts';
import { questionText } from '../call/question.ts';
import { planData } from './plan-data.ts';

/** Tells how a job stands, with its plan, its diagnostics and what to do next. */
export async function jobAnswer(call: Call, job: JobView): Promise<Answer & { approval?: Approval }> {
  const { jobId, projectId, type, status, planDigest } = job;
  const diagnostics = problemData(
    call,
    { subject: projectId, occasion: jobId },
    errorsOf(job),
    job.failure?.diagnostics.filter(({ severity }) => severity === 'warning'),
  );
  const plan = await shownPlan(call, job);
  return {
    says: [...nextSteps(job), ...(plan === null ? [unseen] : []), ...diagnostics.says],
    facts: { jobId, projectId, type, status, planDigest, repeated: diagnostics.repeated },
    data: {
      ...(job.error ? { error: job.error } : {}),
      ...(job.waitingReason ? { waitingReason: job.waitingReason } : {}),
      ...(diagnostics.data.length > 0 ? { diagnostics: diagnostics.data } : {}),
      ...(plan ? { plan } : {}),
      ...(status === 'completed' && type !== 'plan' ? { outputs: job.result?.outputs ?? {} } : {}),
    },
    isError: status === 'failed',
    ...(status === 'awaiting_approval' && planDigest && plan
      ? { approval: { of: 'job', id: jobId, planDigest, question: questionOf(job, plan) } }
      : {}),
  };
}

const unseen = 'Its plan could not be read, so nobody may approve it unseen: call status again.';

/** Returns the plan where it is what the answer is about; `null` if it could not be read. */
async function shownPlan({ client, signal }: Call, { jobId, type, status, plan }: JobView) {
  if (!plan || (type !== 'plan' && status !== 'awaiting_approval')) return undefined;
  const view = await client.jobPlan({ params: { jobId } }, { signal }).catch(() => null);
  return view && planData(view);
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

function questionOf(
  { type, projectId, plan, planDigest }: JobView,
  { changes, monthlyCost }: ReturnType<typeof planData>,
): string {
  const what = type === 'destroy' ? 'Destroy what is deployed of' : 'Apply these changes to';
  const cost = monthlyCost?.difference ? ` About ${monthlyCost.difference} USD more a month.` : '';
  const lines = changes.map(({ action, address }) => `${action} ${address}`);
  return questionText(`${what} ${projectId}? ${summaryText(plan)}.${cost}`, lines, planDigest ?? '');
}

export function summaryText(plan: PlanSummary | null): string {
  if (!plan) return 'no changes are known yet';
  const { create, update, replace, delete: deleted } = plan;
  return `${create} to create, ${update} to update, ${replace} to replace, ${deleted} to delete`;
}
