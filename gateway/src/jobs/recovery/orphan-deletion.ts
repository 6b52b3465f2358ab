import type { TerraformState } from '@deployment-engine/terraform-code';
import type { Context } from '../../context.ts';
import { readNewestState, type StateVersion } from '../../projects/states/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import type { Query } from '../../server/database/open.ts';
import { type OrphanRow, orphanContent, unresolvedOrphans } from './orphan-store.ts';
import { emptyState, serialiseState, withObjects } from './state-objects.ts';

/** A name that no code has: it would be deleted with the code's own resource otherwise. */
const namePrefix = 'engine_orphan_';

/** The address under which a job deletes an orphan. */
export function deletedAs(row: OrphanRow): string {
  return `${row.type}.${nameOf(row)}`;
}

export function isDeletionOf(job: Pick<JobRow, 'type' | 'orphan_ids'>, row: OrphanRow): boolean {
  return job.type === 'destroy' && job.orphan_ids !== null && JSON.parse(job.orphan_ids).includes(row.id);
}

/** The state a run of this job works on: the newest, and for a deletion of orphans with their objects in it. */
export async function stateForRun(
  { encryption }: Context,
  query: Query,
  job: JobRow,
): Promise<{ raw: Buffer; state: TerraformState; version: StateVersion | undefined } | undefined> {
  const newest = await readNewestState(query, encryption, job.project_id);
  const rows = (await unresolvedOrphans(query, job.project_id)).filter((row) => isDeletionOf(job, row));
  if (rows.length === 0) return newest;
  const objects = rows.flatMap((row) => {
    const content = orphanContent(row, encryption);
    const { provider = defaultProvider(row.type), providerKey = '' } = content ?? {};
    return {
      ...{ moduleAddress: '', type: row.type, name: nameOf(row), key: null, provider, providerKey },
      ...{ schemaVersion: 0, attributes: { id: row.object_id }, private: null, isTainted: false },
      ...{ sensitivePaths: [], dependencies: [] },
    };
  });
  const base = newest?.state ?? emptyState('1.0.0', lineageOf(job.project_id));
  const state = { ...withObjects(base, objects, base.terraform_version), serial: base.serial };
  return { raw: serialiseState(state), state, version: newest?.version };
}

/** What a deletion of orphans plans; empty for all other jobs. */
export async function deletionTargets(query: Query, job: JobRow): Promise<string[]> {
  const rows = await unresolvedOrphans(query, job.project_id);
  return rows.filter((row) => isDeletionOf(job, row)).map(deletedAs);
}

/** The state without what a job's deletion had put into it; `undefined` where there is nothing of it. */
export function withoutDeletions(state: TerraformState, job: JobRow): TerraformState | undefined {
  const ids: string[] = JSON.parse(job.orphan_ids ?? '[]');
  const names = new Set(ids.map((id) => nameOf({ id })));
  const resources = state.resources.filter(({ name }) => !names.has(name));
  return resources.length === state.resources.length
    ? undefined
    : { ...state, serial: state.serial + 1, resources };
}

function nameOf({ id }: Pick<OrphanRow, 'id'>): string {
  return `${namePrefix}${id.replace('orphan-', '')}`;
}

/** `aws_vpc` → `registry.terraform.io/hashicorp/aws`, for orphans of which no more is known. */
function defaultProvider(type: string): string {
  return `registry.terraform.io/hashicorp/${type.split('_')[0]}`;
}

/** The same whenever it is made, since a plan is bound to the state it was made from. */
function lineageOf(projectId: string): string {
  const hex = Buffer.from(projectId).toString('hex').padEnd(32, '0').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
