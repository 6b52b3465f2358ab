import type { PipelineSummary, PipelineTask, PipelineView, PlanSummary } from '@deployment-engine/contracts';
import { criticalPath } from '@deployment-engine/stacks';
import type { Context } from '../context.ts';
import { pipelineContent, taskContent } from './contents.ts';
import { costOf, sumOfCosts, type TaskCost } from './costs.ts';
import { needsOf, type PipelineRow, settingsOf, type TaskRow } from './rows.ts';
import type { ShownJob } from './store.ts';

/** `counts` is the number of tasks by status. */
export function presentSummary(row: PipelineRow, counts: Record<string, number>): PipelineSummary {
  return {
    pipelineId: row.id,
    stack: row.stack,
    environment: row.environment,
    type: row.type,
    status: row.status,
    scope: { service: row.service, component: row.component },
    revision: row.revision,
    planDigest: row.plan_digest,
    autoApprove: settingsOf(row).autoApprove,
    waitingReason: row.waiting_reason,
    error: row.error,
    message: row.message,
    source: presentSource(row),
    rollbackTo: row.rollback_to,
    createdBy: row.created_by,
    approvedBy: row.approved_by,
    cancelRequested: row.cancel_requested_at !== null,
    counts,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

/** Where the repository comes from, as the caller said. */
export function presentSource({ source }: Pick<PipelineRow, 'source'>): PipelineSummary['source'] {
  if (source === null) return null;
  const { commit = null, branch = null, ciRun = null } = JSON.parse(source);
  return { commit, branch, ciRun };
}

function countsOf(tasks: TaskRow[]): Record<string, number> {
  const byStatus = Map.groupBy(tasks, ({ status }) => status);
  return Object.fromEntries([...byStatus].map(([status, { length }]) => [status, length]));
}

export function presentPipeline(
  { encryption }: Pick<Context, 'encryption'>,
  row: PipelineRow,
  tasks: TaskRow[],
  jobs: Map<string, ShownJob>,
): PipelineView {
  const components = tasks.map((task) => presentTask({ encryption }, task, jobs));
  const { warnings, compliance = [] } = pipelineContent(encryption, row);
  const plans = components.flatMap(({ plan }) => plan ?? []);
  return {
    ...presentSummary(row, countsOf(tasks)),
    plan: plans.length > 0 ? plans.reduce(sum) : null,
    cost: tasks.some((task) => costOf(task) !== null) ? withCurrency(sumOfCosts(tasks)) : null,
    usualMinutes: usualMinutes(components),
    warnings,
    compliance,
    components,
  };
}

/** Leaves out why a pipeline waits or failed if that is about components that the caller may not see. */
export function withoutHiddenReasons<Shown extends PipelineSummary>(view: Shown, hidden: string[]): Shown {
  const shown = (text: string | null) =>
    text !== null && tellsOf(text, hidden) ? 'it is about components that the caller may not see' : text;
  return { ...view, waitingReason: shown(view.waitingReason), error: shown(view.error) };
}

function tellsOf(text: string, components: string[]): boolean {
  return components.some((component) => text.includes(component));
}

/** The same, with warnings and findings. */
export function withoutHidden(view: PipelineView, hidden: string[]): PipelineView {
  return {
    ...withoutHiddenReasons(view, hidden),
    warnings: view.warnings.filter((warning) => !tellsOf(warning, hidden)),
    compliance: view.compliance.filter(({ component }) => !hidden.includes(component)),
  };
}

function presentTask(
  { encryption }: Pick<Context, 'encryption'>,
  task: TaskRow,
  jobs: Map<string, ShownJob>,
): PipelineTask {
  const { plan, changes, drifted = null } = taskContent(encryption, task);
  const job = jobs.get(task.job_id ?? task.plan_job_id ?? '');
  const pendingInputs: string[] = JSON.parse(task.pending_inputs);
  const policy = job?.policy_summary ? JSON.parse(job.policy_summary) : undefined;
  return {
    component: task.component,
    service: plan.service,
    kind: plan.kind,
    region: plan.region,
    projectId: task.project_id,
    wave: task.wave,
    dependsOn: task.action === 'deploy' ? plan.dependsOn : needsOf(task),
    action: task.action,
    status: task.status,
    reason: task.reason,
    stateful: plan.stateful,
    changes,
    plan: planOf(job, task, pendingInputs),
    pendingInputs,
    cost: withCurrency(costOf(task)),
    findings: policy ? policy.critical + policy.high + policy.medium + policy.low : 0,
    planJobId: task.plan_job_id,
    jobId: task.job_id,
    drifted,
    usualMinutes: plan.usualMinutes,
    startedAt: task.started_at?.toISOString() ?? null,
    finishedAt: task.finished_at?.toISOString() ?? null,
  };
}

function withCurrency<Cost extends TaskCost | null>(cost: Cost) {
  return cost && { ...cost, currency: 'USD' };
}

/** A preview creates one object of the engine's own for each unknown input; it is not shown. */
function planOf(job: ShownJob | undefined, task: TaskRow, pending: string[]): PlanSummary | null {
  if (!job?.plan_summary) return null;
  const summary: PlanSummary = JSON.parse(job.plan_summary);
  const own = job.id === task.plan_job_id ? pending.length : 0;
  return { ...summary, create: summary.create - own };
}

function sum(left: PlanSummary, right: PlanSummary): PlanSummary {
  return {
    create: left.create + right.create,
    update: left.update + right.update,
    delete: left.delete + right.delete,
    replace: left.replace + right.replace,
    noop: left.noop + right.noop,
    import: left.import + right.import,
  };
}

/** Along the longest path of dependencies; what is unchanged takes no time. */
function usualMinutes(components: PipelineTask[]): number {
  const working = components.filter(({ status }) => status !== 'unchanged');
  const waves = Map.groupBy(working, ({ wave }) => wave);
  const inOrder = [...waves].sort(([left], [right]) => left - right);
  const minutes = new Map(working.map(({ component, usualMinutes }) => [component, usualMinutes]));
  return criticalPath(
    inOrder.map(([, wave]) => wave.map(({ component }) => component)),
    working.flatMap(({ component, dependsOn }) =>
      dependsOn.map((needed) => ({ component, dependsOn: needed })),
    ),
    (id) => minutes.get(id) ?? 0,
  ).minutes;
}
