import type { PipelineAccepted } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { sql } from 'kysely';
import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import type { Query } from '../../server/database/open.ts';
import { type PipelineContent, pipelineContent, taskContent } from '../contents.ts';
import { isDone, type PipelineRow, type TaskRow } from '../rows.ts';
import { deployedComponents, findPipeline, pipelineNotFound, readVisible, tasksOf } from '../store.ts';
import { refuseChangedSince } from './changed-since.ts';
import { type FollowUpRequest, lastContent, stackNotFound } from './follow-ups.ts';
import { type AskedPipeline, createPipeline, type NewPipeline } from './new-pipeline.ts';
import { isWholeScope, requireInScope, withoutNetwork } from './scope.ts';
import { deployTasks, destroyTasks, type PlannedComponent, requireUnneeded } from './tasks.ts';

/** Queues the deploy of what an earlier pipeline had deployed; what came after it is destroyed. */
export async function createRollbackPipeline(
  context: Context,
  request: FollowUpRequest & { toPipeline?: string | undefined },
  asked: AskedPipeline,
): Promise<PipelineAccepted> {
  return createPipeline(context, asked, async (trx) => {
    const target = await rollbackTarget(trx, request, asked.principal);
    return rollbackTo(context, trx, request, target);
  });
}

export async function rollbackTo(
  context: Context,
  trx: Query,
  request: FollowUpRequest,
  target: PipelineRow,
): Promise<NewPipeline> {
  const { encryption } = context;
  const then = await deployedAfter(context, trx, target);
  const rows = await deployedComponents(trx, request.stack, request.environment);
  const ids = [...new Set([...then.keys(), ...rows.map(({ component }) => component)])];
  const found = requireInScope(ids, request, `stack ${request.stack} in ${request.environment}`);
  const scope = withoutNetwork(found, request);
  const chosen = [...then.values()].filter(({ plan }) => scope.includes(plan.id));
  const deploys = deployTasks(chosen, rows, encryption);
  // A component that was moved since has its project under another name.
  const kept = new Set([...then.values()].map(({ projectId }) => projectId));
  const later = rows.filter(
    ({ component, project_id }) => scope.includes(component) && !kept.has(project_id),
  );
  const after = Math.max(-1, ...deploys.map(({ wave }) => wave));
  const also = deploys.map(({ plan }) => plan.id);
  if (!isWholeScope(request)) requireUnneeded(later, rows, also, encryption);
  return {
    ...request,
    type: 'rollback',
    revision: target.revision,
    content: pipelineContent(encryption, target),
    tasks: [...deploys, ...destroyTasks(later, encryption, { after, also })],
    rollbackTo: target.id,
  };
}

/** Queues the deploy of what is deployed already, with a plan of every component: undoes drift. */
export async function createRemediation(
  context: Context,
  request: FollowUpRequest,
  asked: AskedPipeline,
): Promise<PipelineAccepted> {
  return createPipeline(context, asked, async (trx) => {
    const { stack, environment } = request;
    const rows = await deployedComponents(trx, stack, environment);
    if (rows.length === 0) throw stackNotFound(stack, environment);
    const ids = requireInScope(
      rows.map(({ component }) => component),
      request,
      `stack ${stack} in ${environment}`,
    );
    const newest = await newestPipeline(trx, request);
    const then = newest ? await deployedAfter(context, trx, newest) : new Map<string, PlannedComponent>();
    const chosen = [...then.values()].filter(({ plan }) => ids.includes(plan.id));
    return {
      ...request,
      type: 'apply',
      settings: { ...request.settings, refresh: true },
      revision: newest?.revision ?? null,
      content: await lastContent(context, trx, request),
      tasks: deployTasks(chosen, rows, context.encryption),
    };
  });
}

/** Queues what a failed or cancelled pipeline has not done. */
export async function createResumption(
  context: Context,
  pipelineId: string,
  autoApprove: boolean,
  asked: AskedPipeline,
): Promise<PipelineAccepted> {
  const { query } = context.database;
  const { pipeline } = await readVisible(query, asked.principal, pipelineId);
  const isUnfinished = ['failed', 'partial', 'cancelled'].includes(pipeline.status) && !pipeline.base_only;
  if (!isUnfinished || pipeline.type === 'drift')
    throw new DomainError(
      'pipeline_not_resumable',
      `resuming pipeline ${pipelineId}: it is ${pipeline.status}; only a failed or cancelled one is resumed`,
    );
  return createPipeline(context, asked, async (trx) => {
    const tasks = remaining(await tasksOf(trx, pipelineId));
    await refuseChangedSince(trx, pipeline, tasks);
    const content = pipelineContent(context.encryption, pipeline);
    return {
      ...again(pipeline, content),
      settings: { ...JSON.parse(pipeline.settings), autoApprove },
      tasks: tasks.map((task) => {
        const { plan, changes } = taskContent(context.encryption, task);
        return {
          plan,
          changes,
          projectId: task.project_id,
          wave: task.wave,
          needs: JSON.parse(task.needs),
          action: task.action,
          codeDigest: task.code_digest,
        };
      }),
    };
  });
}

/** What is destroyed already is not destroyed again; deploys are looked at again, and skipped where nothing changed. */
function remaining(tasks: TaskRow[]): TaskRow[] {
  return tasks.filter((task) => task.action === 'deploy' || !isDone(task));
}

function again(pipeline: PipelineRow, content: PipelineContent) {
  const { stack, environment, type, service, component, revision, message, source, rollback_to } = pipeline;
  return {
    stack,
    environment,
    type,
    service: service ?? undefined,
    component: component ?? undefined,
    revision,
    content,
    wait: true,
    message: message ?? undefined,
    source: source === null ? undefined : JSON.parse(source),
    ...(rollback_to === null ? {} : { rollbackTo: rollback_to }),
  };
}

/** Returns what an environment had deployed when a pipeline had ended, by component. */
export async function deployedAfter(
  { encryption }: Pick<Context, 'encryption'>,
  trx: Query,
  pipeline: PipelineRow,
): Promise<Map<string, PlannedComponent>> {
  const rows = await trx
    .selectFrom('pipeline_tasks')
    .innerJoin('pipelines', 'pipelines.id', 'pipeline_tasks.pipeline_id')
    .selectAll('pipeline_tasks')
    .where('pipelines.stack', '=', pipeline.stack)
    .where('pipelines.environment', '=', pipeline.environment)
    .where('pipelines.seq', '<=', pipeline.seq)
    .where('pipelines.type', 'not in', ['plan', 'drift'])
    .where('pipeline_tasks.status', 'in', ['succeeded', 'unchanged'])
    .orderBy('pipelines.seq')
    .orderBy('pipeline_tasks.no')
    .execute();
  const byProject = new Map<string, PlannedComponent | undefined>();
  for (const row of rows) {
    const { plan } = taskContent(encryption, row);
    const codeDigest = row.code_digest;
    byProject.set(
      row.project_id,
      row.action === 'deploy' && codeDigest !== null
        ? { plan, codeDigest, projectId: row.project_id }
        : undefined,
    );
  }
  const found = [...byProject.values()].flatMap((component) => component ?? []);
  return new Map(found.map((component) => [component.plan.id, component]));
}

/** Returns the newest pipeline of an environment that has ended and was to change something. */
async function newestPipeline(
  trx: Query,
  { stack, environment }: Pick<FollowUpRequest, 'stack' | 'environment'>,
): Promise<PipelineRow | undefined> {
  return endedPipelines(trx, stack, environment).executeTakeFirst();
}

const mayHaveApplied = sql<boolean>`exists (select 1 from jobs
  where jobs.id = pipeline_tasks.job_id and jobs.gate_passed_at is not null)`;

/** Returns the newest one that has changed, or may have changed, something in the scope. */
async function newestChange(trx: Query, request: FollowUpRequest): Promise<PipelineRow | undefined> {
  const { stack, environment, service = null, component = null } = request;
  const changes = trx
    .selectFrom('pipeline_tasks')
    .select(['pipeline_id', 'component', 'project_id'])
    .where('action', '!=', 'check')
    .where(({ or, eb, and }) =>
      or([
        eb('status', '=', 'succeeded'),
        and([eb('status', 'in', ['failed', 'cancelled']), mayHaveApplied]),
      ]),
    )
    .where(
      sql<boolean>`(${service}::text is null or component like ${service} || '/%')
        and (${component}::text is null or ${component} in (component, split_part(component, '@', 1)))`,
    )
    .as('changes');
  return endedPipelines(trx, stack, environment)
    .innerJoin(changes, 'changes.pipeline_id', 'pipelines.id')
    .selectAll('pipelines')
    .executeTakeFirst();
}

/** Returns the last one that was completed before another. */
export async function completedBefore(
  trx: Query,
  { stack, environment, seq }: Pick<PipelineRow, 'stack' | 'environment' | 'seq'>,
): Promise<PipelineRow | undefined> {
  return endedPipelines(trx, stack, environment)
    .where('seq', '<', seq)
    .where('status', '=', 'completed')
    .executeTakeFirst();
}

function endedPipelines(trx: Query, stack: string, environment: string) {
  return trx
    .selectFrom('pipelines')
    .selectAll()
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .where('type', 'in', ['apply', 'rollback', 'destroy'])
    .where('finished_at', 'is not', null)
    .orderBy('seq', 'desc')
    .limit(1);
}

/** Returns the named pipeline, or the last completed one before the newest that changed something in the scope. */
async function rollbackTarget(
  trx: Query,
  request: FollowUpRequest & { toPipeline?: string | undefined },
  principal: Principal,
): Promise<PipelineRow> {
  const { stack, environment, toPipeline } = request;
  if (toPipeline !== undefined) {
    await readVisible(trx, principal, toPipeline);
    const row = await findPipeline(trx, toPipeline);
    if (!row || row.stack !== stack || row.environment !== environment || row.base_only)
      throw pipelineNotFound(toPipeline);
    return row;
  }
  const newest = (await newestChange(trx, request)) ?? (await newestPipeline(trx, request));
  const target = newest && (await completedBefore(trx, newest));
  if (!target) {
    if (!newest) throw stackNotFound(stack, environment);
    throw new DomainError(
      'pipeline_not_found',
      `rolling back stack ${stack} in ${environment}: no other pipeline was completed before ${newest.id}; name one with toPipeline`,
    );
  }
  return target;
}
