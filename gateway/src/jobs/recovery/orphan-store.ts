import { randomBytes } from 'node:crypto';
import type { Orphan, OrphanSource, OrphanStatus } from '@deployment-engine/contracts';
import type { Selectable } from 'kysely';
import type { Query } from '../../server/database/open.ts';
import type { Database } from '../../server/database/schema.ts';
import type { Encryption } from '../../server/encryption.ts';
import type { Unaccounted } from './losses.ts';

export type OrphanRow = Selectable<Database['orphans']>;
export type OrphanContent = Unaccounted['creation'];

export type NewOrphan = {
  projectId: string;
  jobId: string;
  address: string | null;
  type: string;
  reason: string;
  started: boolean;
  objectId: string | null;
  source: OrphanSource | null;
  content: OrphanContent | null;
  /** How the orphan was settled, for one that is stored only as a record. */
  settled?: { status: OrphanStatus; resolution: string };
};

/** Associated data that binds sealed content to its orphan. */
export function orphanPlace(id: string): string {
  return `orphan|${id}`;
}

export async function insertOrphans(trx: Query, encryption: Encryption, orphans: NewOrphan[]): Promise<void> {
  for (const orphan of orphans) {
    const id = `orphan-${randomBytes(8).toString('hex')}`;
    await trx
      .insertInto('orphans')
      .values({
        id,
        project_id: orphan.projectId,
        job_id: orphan.jobId,
        address: orphan.address,
        type: orphan.type,
        reason: orphan.reason,
        started: orphan.started,
        object_id: orphan.objectId,
        source: orphan.source,
        content:
          orphan.content && encryption.seal(Buffer.from(JSON.stringify(orphan.content)), orphanPlace(id)),
        ...(orphan.settled ? settlement({ ...orphan.settled, by: 'engine' }) : {}),
      })
      .execute();
  }
}

/** Returns unresolved orphans, oldest first. */
export async function unresolvedOrphans(query: Query, projectId: string): Promise<OrphanRow[]> {
  return query
    .selectFrom('orphans')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('status', '=', 'unresolved')
    .orderBy('since')
    .orderBy('id')
    .execute();
}

/** Returns unresolved orphans first, then settled ones, the latest settled first. */
export async function listOrphans(query: Query, projectId: string, limit = 1000): Promise<OrphanRow[]> {
  const settled = await query
    .selectFrom('orphans')
    .selectAll()
    .where('project_id', '=', projectId)
    .where('status', '<>', 'unresolved')
    .orderBy('resolved_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return [...(await unresolvedOrphans(query, projectId)), ...settled];
}

/** Settles an unresolved orphan and deletes its planned values. Returns false if it was already settled. */
export async function settleOrphan(
  trx: Query,
  id: string,
  end: { status: OrphanStatus; by: string; resolution: string; objectId?: string; source?: OrphanSource },
): Promise<boolean> {
  const result = await trx
    .updateTable('orphans')
    .set({
      ...settlement(end),
      content: null,
      ...(end.objectId === undefined ? {} : { object_id: end.objectId }),
      ...(end.source === undefined ? {} : { source: end.source }),
    })
    .where('id', '=', id)
    .where('status', '=', 'unresolved')
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export function orphanContent(row: OrphanRow, encryption: Encryption): OrphanContent | undefined {
  if (!row.content) return undefined;
  return JSON.parse(encryption.open(row.content, orphanPlace(row.id)).toString('utf8'));
}

export function presentOrphan(row: OrphanRow): Orphan {
  return {
    id: row.id,
    jobId: row.job_id,
    address: row.address,
    type: row.type,
    since: row.since.toISOString(),
    reason: row.reason,
    started: row.started,
    status: row.status,
    objectId: row.object_id,
    source: row.source,
    candidates: JSON.parse(row.candidates),
    search: row.search,
    resolvedAt: row.resolved_at?.toISOString() ?? null,
    resolvedBy: row.resolved_by,
    resolution: row.resolution,
  };
}

function settlement(end: { status: OrphanStatus; by: string; resolution: string }) {
  return { status: end.status, resolved_at: new Date(), resolved_by: end.by, resolution: end.resolution };
}
