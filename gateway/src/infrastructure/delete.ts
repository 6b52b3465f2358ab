import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DomainError } from '@deployment-engine/service';
import { sql } from 'kysely';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import { jobChangedChannel } from '../jobs/channels.ts';
import { hasLostRun } from '../jobs/recovery/lost-runs.ts';
import { unresolvedOrphans } from '../jobs/recovery/orphan-store.ts';
import { scheduleChangedChannel } from '../jobs/schedules.ts';
import { unfinishedPipeline } from '../jobs/stack-owned.ts';
import { removeUnnamedContent } from '../projects/revisions/store.ts';
import { newestStateVersion } from '../projects/states/store.ts';
import { findProject } from '../projects/store.ts';
import { takeLock } from '../server/database/locks.ts';
import { notify, type Query } from '../server/database/open.ts';

/** Other tables refer to these, so they are deleted last, in this order. */
const last = ['jobs', 'revisions', 'project_data_keys'];

/**
 * Deletes everything that the engine stores about a project except its audit log. Refused while a job is unfinished.
 * Without `force`, also refused while resources are in its state or may exist without a record, because they would
 * remain in the cloud unknown to anybody.
 */
export async function deleteProject(
  context: Context,
  request: { projectId: string; force: boolean },
  call: Call,
): Promise<{ projectId: string; resourcesLeft: number; message: string }> {
  const { projectId, force } = request;
  const answer = await context.database.query.transaction().execute(async (trx) => {
    await takeLock(trx, 'contents');
    await trx.selectFrom('projects').select('id').where('id', '=', projectId).forUpdate().execute();
    await findProject(trx, projectId);
    await requireIdle(trx, projectId);
    await requireNoPipeline(trx, projectId);
    const resourcesLeft = (await newestStateVersion(trx, projectId))?.resourceCount ?? 0;
    const orphans = await unresolvedOrphans(trx, projectId);
    const isUncertain = orphans.length > 0 || (await hasLostRun(trx, projectId));
    if (!force && (resourcesLeft > 0 || isUncertain))
      throw new DomainError(
        'project_deployed',
        `deleting project ${projectId}: ${resourcesLeft > 0 ? `its state has ${resourcesLeft} resources` : `objects may exist without a record, see GET /api/deploy/orphans/${projectId}`}; destroy it first, or set force=true to leave them in the cloud`,
      );
    await deleteRows(trx, projectId);
    await call.record(trx, { project: projectId, detail: { force, resourcesLeft } });
    return {
      projectId,
      resourcesLeft,
      message:
        resourcesLeft > 0
          ? `The project is deleted; ${resourcesLeft} resources remain in the cloud without a record`
          : 'The project is deleted',
    };
  });
  context.jobCache.clear();
  await rm(join(context.config.workspacesDir, projectId), { recursive: true, force: true }).catch((error) =>
    context.logger.warn('removing the workspace of a deleted project', { projectId, error }),
  );
  return answer;
}

async function requireIdle(trx: Query, projectId: string): Promise<void> {
  const job = await trx
    .selectFrom('jobs')
    .select(['id', 'status'])
    .where('project_id', '=', projectId)
    .where('status', 'in', ['pending', 'processing', 'awaiting_approval'])
    .limit(1)
    .executeTakeFirst();
  if (job)
    throw new DomainError(
      'project_busy',
      `deleting project ${projectId}: its job ${job.id} is ${job.status}; wait until it has ended, or cancel it`,
    );
}

async function requireNoPipeline(trx: Query, projectId: string): Promise<void> {
  const pipeline = await unfinishedPipeline(trx, projectId);
  if (pipeline)
    throw new DomainError(
      'project_busy',
      `deleting project ${projectId}: pipeline ${pipeline} works on it; wait until it has ended, or cancel it`,
    );
}

/** Deletes a project's rows in every table with a project's or a job's id, including tables of later migrations. */
async function deleteRows(trx: Query, projectId: string): Promise<void> {
  const jobs = await trx.selectFrom('jobs').select('id').where('project_id', '=', projectId).execute();
  const byJob = await tablesWith(trx, 'job_id');
  for (const table of byJob)
    await sql`delete from ${sql.table(table)} where job_id in (select id from jobs where project_id = ${projectId})`.execute(
      trx,
    );
  const byProject = await tablesWith(trx, 'project_id');
  for (const table of [...byProject.filter((name) => !last.includes(name)), ...last])
    await sql`delete from ${sql.table(table)} where project_id = ${projectId}`.execute(trx);
  await trx.deleteFrom('projects').where('id', '=', projectId).execute();
  await removeUnnamedContent(trx);
  for (const { id } of jobs) await notify(trx, jobChangedChannel, id);
  await notify(trx, scheduleChangedChannel, projectId);
}

async function tablesWith(trx: Query, column: string): Promise<string[]> {
  const found = await sql<{ table_name: string }>`
    select c.table_name from information_schema.columns c join information_schema.tables t
      on t.table_name = c.table_name and t.table_schema = c.table_schema
    where c.table_schema = current_schema() and t.table_type = 'BASE TABLE' and c.column_name = ${column}
    order by c.table_name`.execute(trx);
  return found.rows.map((row) => row.table_name);
}
