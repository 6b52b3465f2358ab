import { mayTouch, type Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { redactedOutputs } from '../../projects/states/outputs.ts';
import { readNewestState, type StateVersion } from '../../projects/states/store.ts';
import type { Query } from '../../server/database/open.ts';
import { componentContent, pipelineContent } from '../contents.ts';
import type { ComponentRow, PipelineRow } from '../rows.ts';
import { tasksOf, visibleTo } from '../store.ts';
import { type Environment, readEnvironment } from './status.ts';

const historyLength = 20;

/**
 * Renders the state of a stack in an environment as one document, format `deployer-state-v1`: snake_case, as the users'
 * documents write it. The engine's own tables stay the source.
 */
export async function stateDocument(context: Context, principal: Principal, where: Environment) {
  const { query } = context.database;
  const { rows } = await readEnvironment(query, principal, where);
  const history = await lastPipelines(query, principal, where);
  const newest = history[0];
  const source = newest?.source ? JSON.parse(newest.source) : {};
  const resources = [];
  for (const row of rows) resources.push([row.component, await resourceOf(context, row)] as const);
  return {
    version: newest?.seq ?? 0,
    format_version: 'deployer-state-v1',
    metadata: {
      stack: where.stack,
      environment: where.environment,
      last_updated: newest?.finished_at?.toISOString() ?? null,
      last_updated_by: newest?.created_by ?? null,
      deployment_id: newest?.id ?? null,
      git_commit: source.commit ?? null,
      git_branch: source.branch ?? null,
    },
    resources: Object.fromEntries(resources),
    deployment_history: await Promise.all(history.map((row) => historyEntry(context, principal, row))),
  };
}

async function lastPipelines(
  query: Query,
  principal: Principal,
  { stack, environment }: Environment,
): Promise<PipelineRow[]> {
  return query
    .selectFrom('pipelines')
    .selectAll()
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .where('type', 'in', ['apply', 'rollback', 'destroy'])
    .where('finished_at', 'is not', null)
    .where(visibleTo(principal))
    .orderBy('seq', 'desc')
    .limit(historyLength)
    .execute();
}

/** Redacted with the secrets of the component's own project, which the document does not name as the router needs it. */
async function resourceOf(context: Context, row: ComponentRow) {
  const { database, encryption } = context;
  const redactor = await context.redactorOf({ projectId: row.project_id });
  const { kind, spec, dependsOn } = componentContent(encryption, row);
  const newest = await readNewestState(database.query, encryption, row.project_id);
  return {
    kind,
    api_version: 'components.deployer.io/v1',
    status: row.status,
    lifecycle: {
      created_at: row.created_at.toISOString(),
      last_updated: row.updated_at.toISOString(),
      version: row.revision,
    },
    desired_config: redactor.redactJson(spec),
    actual_state: newest ? actualState(newest.version) : null,
    outputs: newest ? redactor.redactJson(redactedOutputs(newest.state)) : {},
    dependencies: dependsOn,
    deployment: { pipeline_id: row.pipeline_id, project_id: row.project_id },
  };
}

function actualState({ id, serial, lineage, sha256, resourceCount }: StateVersion) {
  return { state_version: id, serial, lineage, checksum: `sha256:${sha256}`, resource_count: resourceCount };
}

async function historyEntry({ database, encryption }: Context, principal: Principal, row: PipelineRow) {
  const all = await tasksOf(database.query, row.id);
  const tasks = all.filter(({ project_id }) => mayTouch(principal, project_id));
  const source = row.source ? JSON.parse(row.source) : {};
  const seconds =
    row.finished_at && row.started_at ? (row.finished_at.getTime() - row.started_at.getTime()) / 1000 : null;
  return {
    id: row.id,
    timestamp: row.created_at.toISOString(),
    triggered_by: row.created_by,
    git_commit: source.commit ?? null,
    version: pipelineContent(encryption, row).variables.VERSION ?? null,
    status: row.status,
    duration_seconds: seconds,
    resources_changed: tasks.flatMap(({ status, component }) => (status === 'succeeded' ? [component] : [])),
  };
}
