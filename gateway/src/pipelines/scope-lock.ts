import { takeLock } from '../server/database/locks.ts';
import type { Query } from '../server/database/open.ts';
import type { PipelineRow, TaskRow } from './rows.ts';
import { tasksOf } from './store.ts';

/** Pipelines of one environment are begun by one gateway at a time. */
export async function takeStackLock(
  trx: Query,
  { stack, environment }: Pick<PipelineRow, 'stack' | 'environment'>,
): Promise<void> {
  await takeLock(trx, 'stack', `${stack}:${environment}`);
}

type Scoped = Pick<PipelineRow, 'stack' | 'environment' | 'service' | 'component'> & { seq: number };

/**
 * Returns the pipeline that must end first: one that was there before, or with `of` `anyTime` also a later one.
 * `undefined` if there is none. The transaction must hold the stack's lock.
 */
export async function holderOf(
  trx: Query,
  pipeline: Scoped,
  tasks: Pick<TaskRow, 'project_id'>[],
  of: 'before' | 'anyTime' = 'before',
): Promise<PipelineRow | undefined> {
  let rows = trx
    .selectFrom('pipelines')
    .selectAll()
    .where('stack', '=', pipeline.stack)
    .where('environment', '=', pipeline.environment)
    .where('seq', '!=', pipeline.seq)
    .where('finished_at', 'is', null)
    .where('type', 'not in', ['plan', 'drift'])
    .orderBy('seq');
  if (of === 'before') rows = rows.where('seq', '<', pipeline.seq);
  const others = await rows.execute();
  const projects = new Set(tasks.map(({ project_id }) => project_id));
  for (const other of others) {
    if (isWhole(other) || isWhole(pipeline)) return other;
    const theirs = await tasksOf(trx, other.id);
    if (theirs.some(({ project_id }) => projects.has(project_id))) return other;
  }
  return undefined;
}

function isWhole({ service, component }: Pick<PipelineRow, 'service' | 'component'>): boolean {
  return service === null && component === null;
}
