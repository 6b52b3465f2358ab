import { enginePrincipal } from '../src/access/principal.ts';
import type { Context } from '../src/context.ts';
import { insertJob } from '../src/jobs/store.ts';
import {
  componentPlace,
  emptyContent,
  pipelinePlace,
  sealJson,
  taskPlace,
} from '../src/pipelines/contents.ts';
import { defaultSettings } from '../src/pipelines/rows.ts';
import { advance } from '../src/pipelines/work/advance.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { ensureProject } from '../src/projects/store.ts';

export const planted = {
  stack: 'leak',
  environment: 'test',
  component: 'a/b',
  projectId: 'leak.test.a.b',
  pipelineId: 'pipeline-1704067200000-abcd1234',
};
const { stack, environment, component, projectId, pipelineId } = planted;

/**
 * Stores a pipeline whose component has the word in its files, its outputs and its plan, and lets the engine compare that
 * plan with the approved one, which says something else. The word must be a secret of the project.
 */
export async function plantStack({ context, word }: { context: Context; word: string }): Promise<void> {
  const { query } = context.database;
  await ensureProject(query, projectId);
  const jobs = {
    plan_job_id: await plannedJob(context, 'plan', 'other'),
    job_id: await plannedJob(context, 'deploy', word),
  };
  await plantState(context, jobs.job_id, word);
  await plantPipeline(context);
  await plantComponent(context, jobs, word);
  await advance(context, pipelineId);
}

async function plantState({ database, encryption }: Context, jobId: string, word: string): Promise<void> {
  const state = {
    version: 4,
    serial: 1,
    lineage: 'l',
    outputs: { open: { value: word, type: 'string' } },
    resources: [{ mode: 'managed', type: 'a', name: 'b', instances: [{ attributes: { name: word } }] }],
  };
  const raw = Buffer.from(JSON.stringify(state));
  await saveStateVersion(database.query, encryption, { projectId, jobId, raw });
}

async function plantPipeline({ database, encryption }: Context): Promise<void> {
  const content = { ...emptyContent, outputs: { named: { component, output: 'open' } } };
  await database.query
    .insertInto('pipelines')
    .values({
      id: pipelineId,
      stack,
      environment,
      type: 'apply',
      status: 'applying',
      settings: JSON.stringify(defaultSettings),
      content: sealJson(encryption, content, pipelinePlace(pipelineId)),
      approved_digest: 'a'.repeat(64),
      created_by: 'engine',
    })
    .execute();
}

async function plantComponent(
  { database, encryption }: Context,
  jobs: { plan_job_id: string; job_id: string },
  word: string,
): Promise<void> {
  const names = {
    id: component,
    service: 'a',
    kind: 'Note',
    region: 'r',
    inputs: [],
    dependsOn: [],
    labels: {},
  };
  const plan = { ...names, spec: { text: word }, infra: {}, stateful: false, usualMinutes: 1 };
  const changes = [{ path: 'spec.text', before: null, after: word }];
  const shared = { project_id: projectId, component, pipeline_id: pipelineId };
  const task = { no: 0, wave: 0, needs: '[]', action: 'deploy', status: 'applying' } as const;
  const sealed = sealJson(encryption, { plan, changes }, taskPlace(pipelineId, component));
  await database.query
    .insertInto('pipeline_tasks')
    .values({ ...shared, ...task, ...jobs, content: sealed })
    .execute();
  const deployed = { stack, environment, status: 'deployed', code_digest: '', inputs_digest: '' } as const;
  const content = sealJson(encryption, plan, componentPlace(projectId));
  await database.query
    .insertInto('stack_components')
    .values({ ...shared, ...deployed, content })
    .execute();
}

/** Ends the pipeline, so that its stream ends. */
export async function endPlanted({ database }: Context): Promise<void> {
  await database.query
    .updateTable('pipelines')
    .set({ status: 'failed', finished_at: new Date() })
    .where('id', '=', pipelineId)
    .execute();
}

async function plannedJob(context: Context, type: 'plan' | 'deploy', name: string): Promise<string> {
  const { database, encryption } = context;
  const job = await insertJob(database.query, {
    projectId,
    type,
    revision: 1,
    createdBy: enginePrincipal,
    pipelineId,
  });
  const plan = {
    format_version: '1.2',
    terraform_version: '1.11.4',
    resource_changes: [
      {
        address: 'aws_sqs_queue.q',
        mode: 'managed',
        type: 'aws_sqs_queue',
        name: 'q',
        change: { actions: ['create'], before: null, after: { name }, after_unknown: {} },
      },
    ],
    configuration: { root_module: { resources: [] } },
  };
  const json = Buffer.from(JSON.stringify(plan));
  await savePlan(database.query, encryption, {
    jobId: job.id,
    digest: 'd'.repeat(64),
    stateSerial: null,
    stateLineage: null,
    json,
    file: json,
  });
  await database.query
    .updateTable('jobs')
    .set({ status: type === 'plan' ? 'completed' : 'awaiting_approval', plan_digest: 'd'.repeat(64) })
    .where('id', '=', job.id)
    .execute();
  return job.id;
}
