import { DomainError } from '@deployment-engine/service';
import { sql } from 'kysely';
import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { cutPage, decodeNumberCursor, encodeCursor } from '../../http/cursor.ts';
import { presentSummary, withoutHiddenReasons } from '../present.ts';
import type { PipelineRow } from '../rows.ts';
import { countTasks, hiddenComponents, visibleTo } from '../store.ts';

type Filter = {
  stack?: string | undefined;
  environment?: string | undefined;
  status?: PipelineRow['status'] | undefined;
  cursor?: string | undefined;
  limit: number;
};

/** Returns pipelines that the principal may see, newest first. */
export async function listPipelines({ database }: Context, principal: Principal, filter: Filter) {
  const before = decodeNumberCursor(filter.cursor);
  let rows = database.query
    .selectFrom('pipelines')
    .selectAll()
    .where(visibleTo(principal))
    .where('base_only', '=', false)
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1);
  if (filter.stack) rows = rows.where('stack', '=', filter.stack);
  if (filter.environment) rows = rows.where('environment', '=', filter.environment);
  if (filter.status) rows = rows.where('status', '=', filter.status);
  if (before !== undefined) rows = rows.where('seq', '<', before);
  const found = await rows.execute();
  const { page, next } = cutPage(found, filter.limit, (row) => row.seq);
  const ids = page.map(({ id }) => id);
  const counts = await countTasks(database.query, ids);
  const hidden = await hiddenComponents(database.query, principal, ids);
  const pipelines = page.map((row) =>
    withoutHiddenReasons(presentSummary(row, counts.get(row.id) ?? {}), hidden.get(row.id) ?? []),
  );
  return {
    pipelines,
    nextCursor: next,
  };
}

/** Returns stacks and environments with a pipeline that the principal may see, by name. */
export async function listStackEnvironments(
  { database }: Context,
  principal: Principal,
  filter: { stack?: string | undefined; after?: number | undefined; limit: number },
) {
  let newest = database.query
    .selectFrom('pipelines')
    .select(sql<number>`max(seq)`.as('seq'))
    .where(visibleTo(principal))
    .groupBy(['stack', 'environment']);
  if (filter.stack) newest = newest.where('stack', '=', filter.stack);
  const rows = await database.query
    .selectFrom('pipelines')
    .selectAll()
    .select(({ selectFrom }) =>
      selectFrom('stack_components as c')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .whereRef('c.stack', '=', 'pipelines.stack')
        .whereRef('c.environment', '=', 'pipelines.environment')
        .as('components'),
    )
    .where('seq', 'in', newest)
    .orderBy('stack')
    .orderBy('environment')
    .offset(filter.after ?? 0)
    .limit(filter.limit + 1)
    .execute();
  return rows.map((row) => ({
    stack: row.stack,
    environment: row.environment,
    components: Number(row.components),
    lastPipelineId: row.id,
    lastStatus: row.status,
    updatedAt: (row.finished_at ?? row.worked_at ?? row.created_at).toISOString(),
  }));
}

export async function presentStack(context: Context, principal: Principal, stack: string) {
  const environments = await listStackEnvironments(context, principal, { stack, limit: 200 });
  if (environments.length === 0)
    throw new DomainError('stack_not_found', `no stack ${stack} exists; a first plan or apply creates it`);
  return { stack, environments };
}

export async function listStacks(
  context: Context,
  principal: Principal,
  page: { cursor?: string | undefined; limit: number },
) {
  const after = decodeNumberCursor(page.cursor) ?? 0;
  const rows = await listStackEnvironments(context, principal, { after, limit: page.limit });
  const stacks = rows.slice(0, page.limit);
  return {
    stacks,
    nextCursor: rows.length > stacks.length ? encodeCursor(after + stacks.length) : null,
  };
}
