import { createHash } from 'node:crypto';
import { type ScheduledTask, schedule } from 'node-cron';
import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { type Call, engineFacts } from '../../http/call.ts';
import { requireCron } from '../../jobs/schedules.ts';
import { jobCreator } from '../../jobs/store.ts';
import { notify, type Query } from '../../server/database/open.ts';
import { lastContent } from '../create/follow-ups.ts';
import { insertPipeline } from '../create/new-pipeline.ts';
import { checkTasks } from '../create/tasks.ts';
import { type Environment, readEnvironment } from '../environment/status.ts';
import { defaultSettings } from '../rows.ts';
import { deployedComponents, requireAll } from '../store.ts';

/** Channel that announces a stack whose schedule has changed. */
const changedChannel = 'stack_schedule_changed';

type Settings = { cron: string | null; spreadMinutes: number };

/** Starts the schedules of all stacks, and follows their changes. Every gateway has all; the first one queues the check. */
export async function startStackSchedules(context: Context): Promise<AsyncDisposable> {
  const tasks = new Map<string, ScheduledTask>();
  const report = (error: unknown) => void context.logger.error('checking stacks for drift', { error });

  async function reload(): Promise<void> {
    const rows = await context.database.query.selectFrom('stack_drift_schedules').selectAll().execute();
    const wanted = new Map(rows.map((row) => [`${row.stack} ${row.environment} ${row.cron}`, row]));
    for (const [key, task] of tasks)
      if (!wanted.has(key)) {
        tasks.delete(key);
        await task.destroy();
      }
    for (const [key, { cron, stack, environment }] of wanted)
      if (!tasks.has(key))
        tasks.set(
          key,
          schedule(
            cron,
            ({ date }) => void runStackTick(context, { stack, environment }, date).catch(report),
            {
              timezone: 'UTC',
            },
          ),
        );
  }

  await context.database.listen(changedChannel, () => void reload().catch(report));
  await reload();
  return {
    async [Symbol.asyncDispose]() {
      for (const task of tasks.values()) await task.destroy();
    },
  };
}

/**
 * Queues a check of all components, unless another gateway has done so for this tick, an earlier check is not done, or a
 * pipeline holds or waits for a part of the stack. Returns the pipeline's id.
 */
export async function runStackTick(
  context: Context,
  { stack, environment }: Environment,
  at: Date,
): Promise<string | undefined> {
  const tick = new Date(Math.floor(at.getTime() / 1000) * 1000);
  return context.database.query.transaction().execute(async (trx) => {
    const row = await trx
      .updateTable('stack_drift_schedules')
      .set({ last_tick: tick })
      .where('stack', '=', stack)
      .where('environment', '=', environment)
      .where((or) => or.or([or('last_tick', 'is', null), or('last_tick', '<', tick)]))
      .returningAll()
      .executeTakeFirst();
    if (!row || (await isBusy(trx, row))) return undefined;
    const rows = await deployedComponents(trx, stack, environment);
    if (rows.length === 0) return undefined;
    const tasks = checkTasks(rows, context.encryption).map((task) => ({
      ...task,
      notBefore: new Date(tick.getTime() + offsetMs(task.projectId, row.spread_minutes)),
    }));
    const pipeline = await insertPipeline(
      context,
      trx,
      {
        ...{ stack, environment, tasks, revision: null, wait: true, message: 'by schedule' },
        type: 'drift',
        settings: { ...defaultSettings, onError: 'continue' },
        content: await lastContent(context, trx, row),
      },
      jobCreator(row),
    );
    const what = { project: `${stack}.${environment}`, job: pipeline.id };
    await context.audit.append(trx, engineFacts('checkStackDrift', what));
    return pipeline.id;
  });
}

/** Returns a component's moment after a tick: always the same, and spread evenly over all components. */
export function offsetMs(projectId: string, spreadMinutes: number): number {
  const digest = createHash('sha256').update(projectId).digest();
  return Math.floor((digest.readUInt32BE(0) / 2 ** 32) * spreadMinutes * 60_000);
}

/** Plans change nothing and last long while nobody needs their result: they do not count. */
async function isBusy(trx: Query, { stack, environment }: Environment): Promise<boolean> {
  const row = await trx
    .selectFrom('pipelines')
    .select('id')
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .where('type', '!=', 'plan')
    .where('finished_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function setStackSchedule(
  { database }: Context,
  where: Environment,
  { cron, spreadMinutes }: Settings,
  { principal, call }: { principal: Principal; call: Call },
) {
  const { stack, environment } = where;
  requireCron(cron);
  await readEnvironment(database.query, principal, where);
  await database.query.transaction().execute(async (trx) => {
    requireAll(principal, await deployedComponents(trx, stack, environment));
    await trx
      .deleteFrom('stack_drift_schedules')
      .where('stack', '=', stack)
      .where('environment', '=', environment)
      .execute();
    if (cron !== null)
      await trx
        .insertInto('stack_drift_schedules')
        .values({
          ...{ stack, environment, cron, spread_minutes: spreadMinutes },
          created_by: principal.id,
          blast_radius: principal.blastRadius && JSON.stringify(principal.blastRadius),
        })
        .execute();
    await notify(trx, changedChannel, stack);
    await call.record(trx, { detail: { stack, environment, cron, spreadMinutes } });
  });
  return { stack, environment, cron, spreadMinutes };
}

export async function scheduleOf(query: Query, { stack, environment }: Environment) {
  const row = await query
    .selectFrom('stack_drift_schedules')
    .select(['cron', 'spread_minutes'])
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .executeTakeFirst();
  return row ? { cron: row.cron, spreadMinutes: row.spread_minutes } : null;
}
