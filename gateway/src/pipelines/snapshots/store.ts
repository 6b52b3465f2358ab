import { randomBytes } from 'node:crypto';
import type { StackSnapshot } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { type Selectable, sql } from 'kysely';
import { mayTouch, type Principal } from '../../access/principal.ts';
import { newestStateVersion } from '../../projects/states/store.ts';
import type { Query } from '../../server/database/open.ts';
import type { Database } from '../../server/database/schema.ts';
import type { Environment } from '../environment/status.ts';
import { deployedComponents } from '../store.ts';

export type SnapshotRow = Selectable<Database['stack_snapshots']>;
export type SnapshotStateRow = Selectable<Database['stack_snapshot_states']> & { kept: boolean };

type NewSnapshot = Environment & {
  pipelineId: string | null;
  message: string | null;
  createdBy: string;
};

/** Notes the newest state version of every deployed component. Returns `undefined` if there is none. */
export async function takeSnapshot(trx: Query, snapshot: NewSnapshot): Promise<SnapshotRow | undefined> {
  const { stack, environment, pipelineId, message, createdBy } = snapshot;
  const states = [];
  for (const { component, project_id } of await deployedComponents(trx, stack, environment)) {
    const newest = await newestStateVersion(trx, project_id);
    if (newest) states.push({ component, project_id, state_version: newest.id, serial: newest.serial });
  }
  if (states.length === 0) return undefined;
  const id = `snapshot-${randomBytes(8).toString('hex')}`;
  const row = await trx
    .insertInto('stack_snapshots')
    .values({ id, stack, environment, pipeline_id: pipelineId, message, created_by: createdBy })
    .returningAll()
    .executeTakeFirstOrThrow();
  await trx
    .insertInto('stack_snapshot_states')
    .values(states.map((state) => ({ snapshot_id: id, ...state })))
    .execute();
  return row;
}

/** Throws `snapshot_not_found`. */
export async function findSnapshot(query: Query, id: string, where: Environment): Promise<SnapshotRow> {
  const row = await query
    .selectFrom('stack_snapshots')
    .selectAll()
    .where('id', '=', id)
    .where('stack', '=', where.stack)
    .where('environment', '=', where.environment)
    .executeTakeFirst();
  if (!row)
    throw new DomainError(
      'snapshot_not_found',
      `stack ${where.stack} has no snapshot ${id} in ${where.environment}; GET …/snapshots lists them`,
    );
  return row;
}

/** Returns snapshots, newest first. */
export async function listSnapshots(
  query: Query,
  { stack, environment }: Environment,
  page: { before: number | undefined; limit: number },
): Promise<SnapshotRow[]> {
  let rows = query
    .selectFrom('stack_snapshots')
    .selectAll()
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .orderBy('seq', 'desc')
    .limit(page.limit);
  if (page.before !== undefined) rows = rows.where('seq', '<', page.before);
  return rows.execute();
}

/** Returns the states of snapshots by component. */
export async function statesOf(query: Query, ids: string[]): Promise<SnapshotStateRow[]> {
  if (ids.length === 0) return [];
  return query
    .selectFrom('stack_snapshot_states as s')
    .leftJoin('state_versions as v', 'v.id', 's.state_version')
    .selectAll('s')
    .select(sql<boolean>`v.id is not null`.as('kept'))
    .where('s.snapshot_id', 'in', ids)
    .orderBy('s.component')
    .execute();
}

/** Shows the components that the caller may see. */
export function presentSnapshot(
  row: SnapshotRow,
  states: SnapshotStateRow[],
  principal: Principal,
): StackSnapshot {
  const own = states.filter(
    ({ snapshot_id, project_id }) => snapshot_id === row.id && mayTouch(principal, project_id),
  );
  return {
    snapshotId: row.id,
    stack: row.stack,
    environment: row.environment,
    pipelineId: row.pipeline_id,
    message: row.message,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    components: own.map(({ component, project_id, state_version, serial, kept }) => ({
      component,
      projectId: project_id,
      stateVersion: state_version,
      serial,
      kept,
    })),
  };
}
