import { isDeepStrictEqual } from 'node:util';
import { unresolvedOrphans } from '../../jobs/recovery/orphan-store.ts';
import { newestStateVersion } from '../../projects/states/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import { componentContent, componentPlace, sealJson } from '../contents.ts';
import { isDone, type TaskRow } from '../rows.ts';
import { deployedComponents } from '../store.ts';
import { currentInputsDigest } from './inputs.ts';
import type { Step } from './step.ts';

/** Records what the completed job of a task has changed. */
export async function recordDone(step: Step, task: TaskRow, job: JobRow): Promise<void> {
  if (task.action === 'deploy') await recordDeployed(step, task, job);
  if (task.action === 'destroy') await recordDestroyed(step, task);
}

/** Notes what a component was deployed from, so that a later pipeline knows what has changed. */
async function recordDeployed(step: Step, task: TaskRow, job: JobRow): Promise<void> {
  const { trx, context, pipeline } = step;
  const state = await newestStateVersion(trx, task.project_id);
  const row = {
    stack: pipeline.stack,
    environment: pipeline.environment,
    component: task.component,
    status: 'deployed' as const,
    content: sealJson(context.encryption, step.content(task).plan, componentPlace(task.project_id)),
    code_digest: task.code_digest ?? '',
    inputs_digest: task.inputs_digest ?? '',
    state_serial: state?.serial ?? null,
    state_lineage: state?.lineage ?? null,
    revision: job.revision,
    pipeline_id: pipeline.id,
    updated_at: new Date(),
  };
  await trx
    .insertInto('stack_components')
    .values({ project_id: task.project_id, ...row })
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet(row))
    .execute();
}

/**
 * Returns why a completed destroy has not destroyed everything: objects of an earlier interrupted apply may exist without
 * an entry in the state. `undefined` if nothing is left.
 */
export async function whyNotGone(step: Step, task: TaskRow): Promise<string | undefined> {
  if (task.action !== 'destroy') return undefined;
  const { length } = await unresolvedOrphans(step.trx, task.project_id);
  if (length === 0) return undefined;
  const objects = length === 1 ? '1 object' : `${length} objects`;
  return `${objects} of an interrupted apply may exist without a state; settle them, then resume: GET /api/deploy/orphans/${task.project_id}`;
}

/**
 * A failed apply or destroy may have changed a part: the component stays known, and its next plan is a real one.
 */
export async function recordFailed(step: Step, task: TaskRow): Promise<void> {
  const { trx, context, pipeline } = step;
  if (task.job_id === null) return;
  const row = {
    stack: pipeline.stack,
    environment: pipeline.environment,
    component: task.component,
    status: 'failed' as const,
    pipeline_id: pipeline.id,
    updated_at: new Date(),
  };
  const content = sealJson(context.encryption, step.content(task).plan, componentPlace(task.project_id));
  await trx
    .insertInto('stack_components')
    .values({ project_id: task.project_id, ...row, content, code_digest: '', inputs_digest: '' })
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet(row))
    .execute();
}

/**
 * Notes what the files say now of components whose code and inputs are unchanged: `dependsOn` is no part of the code, but
 * gives the order of a destroy.
 */
export async function recordUnchanged(step: Step): Promise<void> {
  const { encryption } = step.context;
  for (const task of step.tasks) {
    const row = step.deployed.get(task.component);
    if (task.action !== 'deploy' || task.status !== 'unchanged' || row?.project_id !== task.project_id)
      continue;
    const { plan } = step.content(task);
    if (isDeepStrictEqual(componentContent(encryption, row), plan)) continue;
    await step.trx
      .updateTable('stack_components')
      .set({ content: sealJson(encryption, plan, componentPlace(task.project_id)) })
      .where('project_id', '=', task.project_id)
      .execute();
  }
}

async function recordDestroyed({ trx }: Step, task: TaskRow): Promise<void> {
  await trx.deleteFrom('stack_components').where('project_id', '=', task.project_id).execute();
}

/**
 * Marks components that use a changed output and were not deployed with it, and takes the mark from those whose inputs are
 * again what they were deployed with. Returns the newly marked ones.
 */
export async function markOutdated({ trx, context, pipeline, tasks }: Step): Promise<string[]> {
  const rows = await deployedComponents(trx, pipeline.stack, pipeline.environment);
  const changed = new Set(
    tasks.flatMap(({ component, status }) => (status === 'succeeded' ? [component] : [])),
  );
  const inside = new Set(tasks.map(({ component }) => component));
  const done = new Set(tasks.filter(isDone).map(({ component }) => component));
  const projects = new Map(rows.map(({ component, project_id }) => [component, project_id]));
  const outdated: string[] = [];
  for (const row of rows) {
    const isMarked = row.status === 'outdated';
    if (!isMarked && row.status !== 'deployed') continue;
    const plan = componentContent(context.encryption, row);
    // A pipeline of another service may have changed what this one was planned with.
    const mayDiffer = ({ component }: { component: string }) =>
      done.has(row.component) ? !inside.has(component) : changed.has(component);
    if (!isMarked && !plan.inputs.some(mayDiffer)) continue;
    const digest = await currentInputsDigest(context, trx, plan, (name) => projects.get(name));
    const status = digest === row.inputs_digest ? 'deployed' : 'outdated';
    if (status === row.status) continue;
    if (status === 'outdated') outdated.push(row.component);
    await trx
      .updateTable('stack_components')
      .set({ status })
      .where('project_id', '=', row.project_id)
      .execute();
  }
  return outdated;
}
