import type { Orphan, Uncertainty } from '@deployment-engine/contracts';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';
import { importId } from './import-ids.ts';
import { type OrphanRow, orphanContent, presentOrphan, unresolvedOrphans } from './orphan-store.ts';

/** Returns what is uncertain about a project's objects: its unresolved orphans; `null` without any. */
export async function projectUncertainty(
  query: Query,
  encryption: Encryption,
  projectId: string,
): Promise<Uncertainty | null> {
  const rows = await unresolvedOrphans(query, projectId);
  const newest = rows.at(-1);
  if (!newest) return null;
  return {
    jobId: newest.job_id,
    since: newest.since.toISOString(),
    reason: newest.reason,
    unrecorded: rows.map((row) => ({
      orphanId: row.id,
      address: row.address,
      type: row.type,
      started: row.started,
      importId: knownId(row) ?? importId(row.type, orphanContent(row, encryption)?.values),
    })),
  };
}

export async function presentUnresolved(query: Query, projectId: string): Promise<Orphan[]> {
  return (await unresolvedOrphans(query, projectId)).map(presentOrphan);
}

function knownId({ object_id: id, candidates }: OrphanRow): string | null {
  const found: string[] = JSON.parse(candidates);
  return id ?? (found.length === 1 ? (found[0] ?? null) : null);
}
