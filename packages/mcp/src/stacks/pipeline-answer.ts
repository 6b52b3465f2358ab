import { isPipelineFinished, type PipelineTask, type PipelineView } from '@deployment-engine/contracts';
import type { Call } from '../call/call.ts';
import { errorsOf, problemData } from '../call/problems.ts';
import { questionText } from '../call/question.ts';
import type { ToolAnswer } from '../call/tool.ts';
import { summaryText } from '../projects/job-answer.ts';
import { planData } from '../projects/plan-data.ts';
import { toolOfPipeline } from './tool-of-pipeline.ts';

/** Plans of so many components are shown in full; `status` of its job shows any other. */
const maxPlans = 50;

/** Tells how a pipeline stands, with its components and what to do next. */
export async function pipelineAnswer(call: Call, pipeline: PipelineView): Promise<ToolAnswer> {
  const { pipelineId, stack, environment, type, status, planDigest, components } = pipeline;
  const subject = `${stack}.${environment}`;
  const problems = problemData(call, { subject, occasion: pipelineId }, await failuresOf(call, components));
  const plans = status === 'awaiting_approval' ? await plansOf(call, components) : undefined;
  return {
    says: [...nextSteps(pipeline), ...(plans?.says ?? []), ...problems.says],
    facts: { pipelineId, stack, environment, type, status, planDigest, repeated: problems.repeated },
    data: {
      ...(pipeline.error ? { error: pipeline.error } : {}),
      ...(pipeline.waitingReason ? { waitingReason: pipeline.waitingReason } : {}),
      counts: pipeline.counts,
      monthlyCost: pipeline.cost,
      ...(pipeline.warnings.length > 0 ? { warnings: pipeline.warnings } : {}),
      ...(problems.data.length > 0 ? { diagnostics: problems.data } : {}),
      components: components.map(componentData),
      ...(plans ? { plans: plans.shown } : {}),
    },
    isError: status === 'failed' || status === 'partial',
    ...(plans?.says.length === 0 && planDigest
      ? { approval: { of: 'pipeline', id: pipelineId, planDigest, question: questionOf(pipeline) } }
      : {}),
  };
}

function nextSteps({ pipelineId, type, status, planDigest, plan, counts }: PipelineView): string[] {
  const about = `Pipeline ${pipelineId} (${type})`;
  if (status === 'awaiting_approval')
    return [
      `${about} waits for an approval of its plans: ${summaryText(plan)}. Nothing more is changed until then.`,
      `Show the plans to the user. To apply exactly these, call ${toolOfPipeline(type)} with pipelineId ${pipelineId} and planDigest ${planDigest}; to drop them, call cancel.`,
    ];
  if (!isPipelineFinished(status))
    return [`${about} is ${status}.`, `Call stack_status with pipelineId ${pipelineId} to wait further.`];
  const ended = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  return [`${about} is ${status}: ${ended.join(', ')}.`];
}

function questionOf({ type, stack, environment, plan, planDigest, components }: PipelineView): string {
  const what = type === 'destroy' ? 'Destroy what is deployed of' : 'Apply these changes to';
  const changed = components.filter((task) => task.plan !== null);
  const lines = changed.map(
    ({ action, component, kind, stateful, plan: own }) =>
      `${action} ${component} (${kind}${stateful ? ', holds data' : ''}): ${summaryText(own)}`,
  );
  return questionText(`${what} ${stack} in ${environment}? ${summaryText(plan)}.`, lines, planDigest ?? '');
}

function componentData(task: PipelineTask) {
  const { component, kind, wave, action, status, reason, stateful, changes, plan, cost, findings } = task;
  return {
    component,
    kind,
    wave,
    action,
    status,
    ...(reason ? { reason } : {}),
    ...(stateful ? { stateful } : {}),
    ...(changes.length > 0 ? { changes } : {}),
    ...(plan ? { plan } : {}),
    ...(cost ? { cost } : {}),
    ...(findings > 0 ? { findings } : {}),
    ...(task.drifted === null ? {} : { drifted: task.drifted }),
    ...(task.planJobId ? { planJobId: task.planJobId } : {}),
    ...(task.jobId ? { jobId: task.jobId } : {}),
  };
}

/** Returns the plans, and what to say if some are not among them. */
async function plansOf({ client, signal }: Call, components: PipelineTask[]) {
  const planned = components.flatMap(({ component, planJobId, jobId }) => {
    const id = planJobId ?? jobId;
    return id === null ? [] : [{ component, jobId: id }];
  });
  const shown = [];
  for (const { component, jobId } of planned.slice(0, maxPlans)) {
    const plan = await client.jobPlan({ params: { jobId } }, { signal }).catch(() => undefined);
    if (plan) shown.push({ component, ...planData(plan) });
  }
  const says = `Plans of ${shown.length} of ${planned.length} components are shown. Call status with the planJobId of any other; nothing may be approved unseen.`;
  return { shown, says: shown.length === planned.length ? [] : [says] };
}

/** Returns the errors of the components that failed. */
async function failuresOf(call: Call, components: PipelineTask[]) {
  const failed = components.filter(({ status }) => status === 'failed').slice(0, maxPlans);
  const jobs = failed.map(async ({ jobId, planJobId }) => {
    const id = jobId ?? planJobId;
    const job = id === null ? undefined : await call.client.status({ params: { jobId: id } });
    return job ? errorsOf(job) : [];
  });
  return (await Promise.all(jobs)).flat();
}
