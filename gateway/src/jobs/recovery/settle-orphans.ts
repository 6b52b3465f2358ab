import { readPlan } from '@deployment-engine/policy';
import { instanceAddresses, type TerraformState } from '@deployment-engine/terraform-code';
import type { Context } from '../../context.ts';
import { findPlan, readPlanJson } from '../../projects/plans/store.ts';
import { readNewestState, saveStateVersion } from '../../projects/states/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import type { Query } from '../../server/database/open.ts';
import { noteOrphansSettled } from '../note-deployment.ts';
import { importableTypes } from './import-ids.ts';
import { deletedAs, deletesOrphans, isDeletionOf, withoutDeletions } from './orphan-deletion.ts';
import { type OrphanRow, settleOrphan, unresolvedOrphans } from './orphan-store.ts';
import { objectKey, objectsOf, serialiseState } from './state-objects.ts';

/** Settles the orphans that an ended job has adopted or deleted. A job's success alone settles none. */
export async function settleOrphansOf(context: Context, trx: Query, job: JobRow): Promise<void> {
  if (deletesOrphans(job)) return settleDeletion(context, trx, job);
  const rows = await unresolvedOrphans(trx, job.project_id);
  if (rows.length === 0) return markDestroyed(trx, job.project_id); // its search may have settled the last one
  const newest = await readNewestState(trx, context.encryption, job.project_id);
  const imported = await importedIds(context, trx, job, newest?.state);
  for (const row of rows) await settleAdopted(trx, job, row, { objects: objectsOf(newest?.state), imported });
}

/** Settles an orphan as adopted if its object is in the state. Some types are imported by a different id. */
async function settleAdopted(
  trx: Query,
  job: JobRow,
  row: OrphanRow,
  { objects, imported }: { objects: Set<string>; imported: Map<string, string | null> },
): Promise<void> {
  const known: string[] = row.object_id === null ? JSON.parse(row.candidates) : [row.object_id];
  const found =
    known.find((id) => objects.has(objectKey(row.type, id))) ??
    known.find((id) => row.address !== null && imported.get(row.address) === id);
  if (found === undefined) return;
  await settleOrphan(trx, row.id, {
    status: 'adopted',
    by: job.approved_digest ? 'approval' : 'engine',
    resolution: `It is in the state since ${job.id}.`,
    objectId: found,
    source: row.source ?? 'search',
  });
}

/** Returns the import ids of the job's plan by address, for objects that are now in the state. */
async function importedIds(
  { encryption }: Context,
  trx: Query,
  job: JobRow,
  state: TerraformState | undefined,
): Promise<Map<string, string | null>> {
  if (!state || !(await findPlan(trx, job.id))) return new Map();
  const inState = instanceAddresses(state);
  const { changes } = readPlan(await readPlanJson(trx, encryption, job.id));
  return new Map(
    changes.flatMap(({ address, importing }): [string, string | null][] =>
      importing && inState.has(address) ? [[address, importing.id]] : [],
    ),
  );
}

/** Removes orphans that a failed deletion left in the state, and settles those that a completed one has deleted. */
async function settleDeletion(context: Context, trx: Query, job: JobRow): Promise<void> {
  const newest = await readNewestState(trx, context.encryption, job.project_id);
  const left = newest ? withoutDeletions(newest.state, job) : undefined;
  if (left) {
    const raw = serialiseState(left);
    await saveStateVersion(trx, context.encryption, { projectId: job.project_id, jobId: job.id, raw });
  }
  if (job.status !== 'completed') return;
  const plan = await readPlanJson(trx, context.encryption, job.id);
  const deleted = new Set(
    (plan.resource_changes ?? [])
      .filter(({ change }) => change.actions.includes('delete'))
      .map(({ address }) => address),
  );
  for (const row of await unresolvedOrphans(trx, job.project_id))
    if (isDeletionOf(job, row)) await settleDeleted(trx, job, row, deleted);
  if ((await unresolvedOrphans(trx, job.project_id)).length === 0) await markDestroyed(trx, job.project_id);
}

/**
 * Settles an orphan as deleted or absent. An object that was not deleted is absent only if the provider can read it by
 * this id. An id that a person named or that was derived from planned values may work only for imports: the next search
 * or a person decides on such an orphan.
 */
async function settleDeleted(trx: Query, job: JobRow, row: OrphanRow, deleted: Set<string>): Promise<void> {
  const by = job.created_by;
  if (deleted.has(deletedAs(row)))
    await settleOrphan(trx, row.id, { status: 'deleted', resolution: `${job.id} deleted it.`, by });
  else if (row.source !== 'person' && !importableTypes.includes(row.type))
    await settleOrphan(trx, row.id, {
      status: 'absent',
      resolution: `${job.id} looked for it and found nothing.`,
      by,
    });
  else
    await trx
      .updateTable('orphans')
      .set({ object_id: null, source: null, search: `${job.id} could not read ${row.object_id} by its id.` })
      .where('id', '=', row.id)
      .execute();
}

/** Sets a project's status from `destroyed_with_orphans` to `destroyed`; call it when no orphan is unresolved. */
export async function markDestroyed(trx: Query, projectId: string): Promise<void> {
  const destroyed = await trx
    .updateTable('projects')
    .set({ deployment_status: 'destroyed', updated_at: new Date() })
    .where('id', '=', projectId)
    .where('deployment_status', '=', 'destroyed_with_orphans')
    .returning('id')
    .executeTakeFirst();
  if (destroyed) await noteOrphansSettled(trx, projectId);
}
