import type { JobType } from '@deployment-engine/contracts';
import { insertJob, jobCreator } from '../../jobs/store.ts';
import { listRevisions, saveKnownRevision } from '../../projects/revisions/store.ts';
import { newestStateVersion } from '../../projects/states/store.ts';
import { ensureProject, findProject } from '../../projects/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import { componentContent } from '../contents.ts';
import type { TaskRow } from '../rows.ts';
import { inputsDigest, type TaskInputs, variablesOf } from './inputs.ts';
import type { Step } from './step.ts';

/** Queues the job that plans or deploys a component with these inputs. */
export async function queueCodeJob(
  step: Step,
  task: TaskRow,
  type: 'plan' | 'deploy',
  inputs: TaskInputs,
  autoApprove: boolean,
): Promise<JobRow> {
  const { trx, context } = step;
  if (task.code_digest === null) throw new Error(`queueing ${task.component}: its code is missing`);
  await ensureProject(trx, task.project_id);
  const revision = await saveKnownRevision(trx, context.encryption, task.project_id, {
    digest: task.code_digest,
    variables: variablesOf(inputs),
  });
  return queue(step, task, type, revision, autoApprove);
}

/** Queues the job that destroys or checks what a component has deployed. Returns `undefined` if it has nothing. */
export async function queueFollowUp(
  step: Step,
  task: TaskRow,
  type: 'destroy' | 'drift',
  autoApprove: boolean,
): Promise<JobRow | undefined> {
  const project = await findProject(step.trx, task.project_id);
  const newest = (await listRevisions(step.trx, project.id, { limit: 1 }))[0];
  const revision = project.revision ?? newest?.number;
  return revision === undefined ? undefined : queue(step, task, type, revision, autoApprove);
}

async function queue(
  step: Step,
  task: TaskRow,
  type: JobType,
  revision: number,
  autoApprove: boolean,
): Promise<JobRow> {
  const { pipeline, trx } = step;
  const job = await insertJob(trx, {
    projectId: task.project_id,
    type,
    revision,
    autoApprove,
    createdBy: jobCreator(pipeline),
    message: pipeline.message ?? undefined,
    pipelineId: pipeline.id,
  });
  step.jobs.set(job.id, job);
  return job;
}

/** Whether a component runs exactly this code with exactly these inputs, and its state is that of its last deploy. */
export async function isUpToDate(step: Step, task: TaskRow, inputs: TaskInputs): Promise<boolean> {
  const row = step.deployed.get(task.component);
  if (step.settings.refresh || inputs.pending.length > 0 || !row) return false;
  if (row.status === 'failed' || row.project_id !== task.project_id) return false;
  if (row.code_digest !== task.code_digest || row.inputs_digest !== inputsDigest(inputs)) return false;
  const state = await newestStateVersion(step.trx, task.project_id);
  return row.state_serial === (state?.serial ?? null) && row.state_lineage === (state?.lineage ?? null);
}

/**
 * Says that the task's project has gone to another component since the pipeline was requested, by a move: to deploy there
 * would replace what that one has. A rollback brings back the name from before.
 */
export function whyTaken(step: Step, task: TaskRow): string | undefined {
  if (step.pipeline.type === 'rollback') return undefined;
  const owner = [...step.deployed.values()].find(({ project_id }) => project_id === task.project_id);
  if (!owner || owner.component === task.component) return undefined;
  const { movedFrom } = step.content(task).plan;
  if ([owner.component, owner.component.split('@')[0]].includes(movedFrom)) return undefined;
  return `its project ${task.project_id} belongs to ${owner.component} since; start a new apply`;
}

/** Returns a deployed component that needs the task's and is no part of the pipeline. */
export function whoNeeds({ deployed, tasks, context }: Step, { component }: TaskRow): string | undefined {
  const inside = new Set(tasks.map((task) => task.component));
  const needing = [...deployed.values()].find(
    (row) =>
      !inside.has(row.component) && componentContent(context.encryption, row).dependsOn.includes(component),
  );
  return needing?.component;
}
