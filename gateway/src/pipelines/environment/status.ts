import { DomainError } from '@deployment-engine/service';
import { renderDot, renderJson, renderMermaid, renderText, wavesOf } from '@deployment-engine/stacks';
import { mayTouch, type Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';
import { componentContent } from '../contents.ts';
import { type ComponentRow, holdsScope, isEnded, type PipelineRow, type TaskRow } from '../rows.ts';
import { deployedComponents, tasksOf, visibleTo } from '../store.ts';

export type Environment = { stack: string; environment: string };

/** What is known of a stack in an environment, as far as the principal may see it. */
export type EnvironmentFacts = {
  rows: ComponentRow[];
  last: PipelineRow | undefined;
  /** Those that hold a part of it, or wait. */
  unfinished: { pipeline: PipelineRow; tasks: TaskRow[] }[];
};

/** Throws `stack_not_found` if nothing is deployed and no pipeline was ever started, or the caller may see none of it. */
export async function readEnvironment(
  query: Query,
  principal: Principal,
  { stack, environment }: Environment,
): Promise<EnvironmentFacts> {
  const all = await deployedComponents(query, stack, environment);
  const rows = all.filter(({ project_id }) => mayTouch(principal, project_id));
  const pipelines = query
    .selectFrom('pipelines')
    .selectAll()
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .where(visibleTo(principal));
  const last = await pipelines.orderBy('seq', 'desc').limit(1).executeTakeFirst();
  if (rows.length === 0 && !last)
    throw new DomainError(
      'stack_not_found',
      `stack ${stack} has nothing deployed in ${environment}; a first apply deploys it`,
    );
  const open = await pipelines.where('finished_at', 'is', null).orderBy('seq').execute();
  const unfinished = await Promise.all(
    open.map(async (pipeline) => ({ pipeline, tasks: await tasksOf(query, pipeline.id) })),
  );
  return { rows, last, unfinished };
}

export async function presentEnvironment(context: Context, principal: Principal, where: Environment) {
  const { rows, last, unfinished } = await readEnvironment(context.database.query, principal, where);
  const active = unfinished.find(({ pipeline }) => holdsScope(pipeline) && pipeline.status !== 'pending');
  const atWork = new Set(
    active?.tasks.filter((task) => task.status === 'applying').map(({ project_id }) => project_id),
  );
  const components = rows.map((row) => presentComponent(row, context.encryption, atWork));
  return {
    ...where,
    status: statusOf(components, active?.tasks),
    lastPipelineId: last?.id ?? null,
    activePipelineId: active?.pipeline.id ?? null,
    destroyAt: await destroyAtOf(context.database.query, where),
    components,
  };
}

async function destroyAtOf(query: Query, { stack, environment }: Environment): Promise<string | null> {
  const row = await query
    .selectFrom('stack_environments')
    .select('destroy_at')
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .executeTakeFirst();
  return row?.destroy_at?.toISOString() ?? null;
}

function statusOf(components: { status: string }[], tasks: TaskRow[] | undefined) {
  if (tasks && !tasks.every(isEnded)) return 'deploying' as const;
  if (components.length === 0) return 'not_deployed' as const;
  if (components.some(({ status }) => status === 'failed')) return 'failed' as const;
  return components.some(({ status }) => status === 'outdated')
    ? ('outdated' as const)
    : ('deployed' as const);
}

function presentComponent(row: ComponentRow, encryption: Encryption, atWork: Set<string>) {
  const plan = componentContent(encryption, row);
  return {
    component: row.component,
    service: plan.service,
    kind: plan.kind,
    region: plan.region,
    projectId: row.project_id,
    dependsOn: plan.dependsOn,
    status: atWork.has(row.project_id) ? ('deploying' as const) : row.status,
    stateful: plan.stateful,
    revision: row.revision,
    pipelineId: row.pipeline_id,
    labels: plan.labels,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

const renderers = { text: renderText, mermaid: renderMermaid, dot: renderDot, json: renderJson };

/** Draws what is deployed. */
export async function drawEnvironment(
  context: Context,
  principal: Principal,
  where: Environment,
  format: keyof typeof renderers,
) {
  const { rows } = await readEnvironment(context.database.query, principal, where);
  const plans = rows.map((row) => ({ ...componentContent(context.encryption, row), id: row.component }));
  const ids = plans.map(({ id }) => id);
  const edges = plans.flatMap(({ id, dependsOn }) =>
    dependsOn
      .filter((needed) => ids.includes(needed))
      .map((needed) => ({ component: id, dependsOn: needed, by: 'dependsOn' as const })),
  );
  const kinds = new Map(plans.map(({ id, kind }) => [id, kind]));
  return { ...where, format, drawing: renderers[format]({ waves: wavesOf(ids, edges), edges, kinds }) };
}
