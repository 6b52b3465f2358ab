import { DomainError } from '@deployment-engine/service';
import { type ScheduledTask, schedule, validate } from 'node-cron';
import { enginePrincipal } from '../access/principal.ts';
import type { Context } from '../context.ts';
import { engineFacts } from '../http/call.ts';
import { isDestroyed, type ProjectRow } from '../projects/store.ts';
import { notify, type Query } from '../server/database/open.ts';
import { queueDriftCheck } from './drift.ts';
import { jobCreator, type NewJob } from './store.ts';

/** Channel that announces the id of a project whose schedule has changed. */
export const scheduleChangedChannel = 'schedule_changed';

export type DriftSchedules = {
  start(): Promise<void>;
  reload(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Runs drift checks on schedule. Every gateway has every schedule; the first to record a tick queues its job. */
export function createDriftSchedules(context: Context): DriftSchedules {
  const tasks = new Map<string, { cron: string; task: ScheduledTask }>();

  async function reload(): Promise<void> {
    const rows = await context.database.query
      .selectFrom('projects')
      .select(['id', 'drift_cron'])
      .where('drift_cron', 'is not', null)
      .execute();
    const wanted = new Map(rows.map((row) => [row.id, row.drift_cron ?? '']));
    for (const [projectId, { cron, task }] of tasks)
      if (wanted.get(projectId) !== cron) {
        await task.destroy();
        tasks.delete(projectId);
      }
    for (const [projectId, cron] of wanted)
      if (!tasks.has(projectId)) tasks.set(projectId, { cron, task: start(projectId, cron) });
  }

  function start(projectId: string, cron: string): ScheduledTask {
    const run = ({ date }: { date: Date }) =>
      runTick(context, projectId, date).catch((error) =>
        context.logger.error('queueing a drift check', { projectId, error }),
      );
    return schedule(cron, (tick) => void run(tick), { timezone: 'UTC' });
  }

  return {
    start: reload,
    reload,
    async [Symbol.asyncDispose]() {
      for (const { task } of tasks.values()) await task.destroy();
    },
  };
}

/** Queues a drift check unless another gateway has done so for the same tick. Returns whether it queued one. */
export async function runTick(context: Context, projectId: string, at: Date): Promise<boolean> {
  const tick = new Date(Math.floor(at.getTime() / 1000) * 1000);
  return context.database.query.transaction().execute(async (trx) => {
    const inserted = await trx
      .insertInto('schedule_ticks')
      .values({ project_id: projectId, tick })
      .onConflict((conflict) => conflict.doNothing())
      .returning('tick')
      .executeTakeFirst();
    if (!inserted) return false;
    const project = await trx
      .selectFrom('projects')
      .selectAll()
      .where('id', '=', projectId)
      .executeTakeFirst();
    if (!project || isDestroyed(project) || (await hasUnfinishedDrift(trx, projectId))) return false;
    const job = await queueDriftCheck(trx, project, project.drift_remediate, scheduleCreator(project));
    if (job) await context.audit.append(trx, engineFacts('checkDrift', { project: projectId, job: job.id }));
    return job !== undefined;
  });
}

/** Returns who set the schedule, with their limits. */
function scheduleCreator({ drift_created_by, drift_blast_radius }: ProjectRow): NewJob['createdBy'] {
  if (drift_created_by === null) return enginePrincipal;
  return jobCreator({ created_by: drift_created_by, blast_radius: drift_blast_radius });
}

/** Prevents a second check from being queued while one takes longer than its interval. */
async function hasUnfinishedDrift(trx: Query, projectId: string): Promise<boolean> {
  const row = await trx
    .selectFrom('jobs')
    .select('id')
    .where('project_id', '=', projectId)
    .where('type', '=', 'drift')
    .where('status', 'in', ['pending', 'processing'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function setDriftSchedule(
  context: Context,
  projectId: string,
  settings: { cron: string | null; remediate: boolean },
  { id, blastRadius }: NewJob['createdBy'],
): Promise<void> {
  requireCron(settings.cron);
  await context.database.query.transaction().execute(async (trx) => {
    await trx
      .updateTable('projects')
      .set({
        drift_cron: settings.cron,
        drift_remediate: settings.remediate,
        drift_created_by: id,
        drift_blast_radius: blastRadius && JSON.stringify(blastRadius),
      })
      .where('id', '=', projectId)
      .execute();
    await notify(trx, scheduleChangedChannel, projectId);
  });
}

/** Throws `invalid_request` unless it is a cron expression of five fields, or `null`. */
export function requireCron(cron: string | null): void {
  if (cron === null || (cron.trim().split(/\s+/).length === 5 && validate(cron))) return;
  throw new DomainError('invalid_request', 'the request is not valid', {
    fields: [
      { pointer: '/cron', detail: 'is not a cron expression of five fields, for example "0 6 * * *"' },
    ],
  });
}
