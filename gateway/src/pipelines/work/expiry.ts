import { sql } from 'kysely';
import type { Context } from '../../context.ts';
import { engineFacts } from '../../http/call.ts';
import { jobCreator } from '../../jobs/store.ts';
import { lastContent } from '../create/follow-ups.ts';
import { insertPipeline } from '../create/new-pipeline.ts';
import { destroyTasks } from '../create/tasks.ts';
import { defaultSettings } from '../rows.ts';
import { deployedComponents } from '../store.ts';
import type { Step } from './step.ts';

/** A failed destroy is retried after this long. */
const retryAfter = '1 hour';

/**
 * Notes when the environment destroys itself. A pipeline without a time to live keeps an earlier one, unless nothing is
 * deployed any more: what is deployed later shall not get it.
 */
export async function noteExpiry({ pipeline, settings, trx }: Step): Promise<void> {
  const { stack, environment, created_by, blast_radius } = pipeline;
  const isEmpty = (await deployedComponents(trx, stack, environment)).length === 0;
  if (settings.ttlSeconds === null || isEmpty) {
    await trx
      .deleteFrom('stack_environments')
      .where('stack', '=', stack)
      .where('environment', '=', environment)
      .execute();
    return;
  }
  if (settings.ttlSeconds === undefined) return;
  const destroy_at = sql<Date>`now() + make_interval(secs => ${settings.ttlSeconds})`;
  const row = { destroy_at, created_by, blast_radius };
  await trx
    .insertInto('stack_environments')
    .values({ stack, environment, ...row })
    .onConflict((conflict) => conflict.columns(['stack', 'environment']).doUpdateSet(row))
    .execute();
}

/**
 * Queues the destruction of environments whose time to live is over; each once, even with many gateways. One in which a
 * pipeline is at work or waits has its turn after that, as it may get a new time to live.
 */
export async function destroyDueEnvironments(context: Context): Promise<string[]> {
  return context.database.query.transaction().execute(async (trx) => {
    const due = await trx
      .updateTable('stack_environments')
      .set({ destroy_at: sql<Date>`now() + ${retryAfter}::interval` })
      .where('destroy_at', '<=', sql<Date>`now()`)
      .where(
        sql<boolean>`not exists (select 1 from pipelines p where p.stack = stack_environments.stack
          and p.environment = stack_environments.environment
          and p.finished_at is null and p.type not in ('plan', 'drift'))`,
      )
      .returningAll()
      .execute();
    const ids: string[] = [];
    for (const row of due) {
      const { stack, environment } = row;
      const components = await deployedComponents(trx, stack, environment);
      const pipeline = await insertPipeline(
        context,
        trx,
        {
          stack,
          environment,
          type: 'destroy',
          revision: null,
          settings: { ...defaultSettings, autoApprove: true, onError: 'continue' },
          content: await lastContent(context, trx, row),
          tasks: destroyTasks(components, context.encryption),
          wait: true,
          message: 'its time to live is over',
        },
        jobCreator(row),
      );
      ids.push(pipeline.id);
      const facts = engineFacts('destroyExpiredStack', {
        project: `${stack}.${environment}`,
        job: pipeline.id,
      });
      await context.audit.append(trx, facts);
    }
    return ids;
  });
}
