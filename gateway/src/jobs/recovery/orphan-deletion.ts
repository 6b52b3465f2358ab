import type { TerraformState } from '@deployment-engine/terraform-code';
import type { Context } from '../../context.ts';
import { readNewestState, type StateVersion } from '../../projects/states/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import type { Query } from '../../server/database/open.ts';
import { type OrphanRow, orphanContent, unresolvedOrphans } from './orphan-store.ts';
import { emptyState, serialiseState, withObjects } from './state-objects.ts';

/** Prefix that no code uses; with a name from the code, the code's own resource would be deleted too. */
const namePrefix = 'engine_orphan_';

/** Returns the address under which a job deletes an orphan. */
export function deletedAs(row: OrphanRow): string {
  return `${row.type}.${nameOf(row)}`;
}

/** Whether a job deletes orphans only, and nothing that the code has deployed. */
export function deletesOrphans({ type, orphan_ids }: Pick<JobRow, 'type' | 'orphan_ids'>): boolean {
  return type === 'destroy' && orphan_ids !== null;
}

export function isDeletionOf(job: Pick<JobRow, 'type' | 'orphan_ids'>, row: OrphanRow): boolean {
  return deletesOrphans(job) && JSON.parse(job.orphan_ids ?? '[]').includes(row.id);
}

/** Returns the state that a job's run starts from: the newest one, plus the objects of the orphans that it deletes. */
export async function stateForRun(
  { encryption }: Context,
  query: Query,
  job: JobRow,
): Promise<{ raw: Buffer; state: TerraformState; version: StateVersion | undefined } | undefined> {
  const newest = await readNewestState(query, encryption, job.project_id);
  const rows = await deletions(query, job);
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

/** Returns the addresses that a deletion of orphans plans; empty for all other jobs. */
export async function deletionTargets(query: Query, job: JobRow): Promise<string[]> {
  return (await deletions(query, job)).map(deletedAs);
}

async function deletions(query: Query, job: JobRow): Promise<OrphanRow[]> {
  if (job.orphan_ids === null) return [];
  return (await unresolvedOrphans(query, job.project_id)).filter((row) => isDeletionOf(job, row));
}

/** Returns the state without the orphans that a job added for deletion; `undefined` if it contains none. */
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

/** Returns `registry.terraform.io/hashicorp/aws` for `aws_vpc`, for orphans whose provider is not known. */
function defaultProvider(type: string): string {
  return `registry.terraform.io/hashicorp/${type.split('_')[0]}`;
}

/** Returns the same lineage on every call, since a plan is bound to the state it was made from. */
function lineageOf(projectId: string): string {
  const hex = Buffer.from(projectId).toString('hex').padEnd(32, '0').slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
