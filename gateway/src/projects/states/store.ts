import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import { DomainError } from '@deployment-engine/service';
import type { TerraformState } from '@deployment-engine/terraform-code';
import type { Query } from '../../server/database/open.ts';
import type { Encryption } from '../../server/encryption.ts';

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export type StateVersion = {
  id: number;
  projectId: string;
  serial: number;
  lineage: string;
  /** SHA-256 (hex) and size of the plain file. */
  sha256: string;
  bytes: number;
  resourceCount: number;
  jobId: string;
  createdAt: Date;
};

const columns = [
  'id',
  'project_id',
  'serial',
  'lineage',
  'sha256',
  'bytes',
  'resource_count',
  'job_id',
  'created_at',
] as const;

/** Parses a Terraform state file; throws if the bytes are not one. */
export function parseState(raw: Uint8Array): TerraformState {
  const state = JSON.parse(Buffer.from(raw).toString('utf8'));
  if (
    typeof state?.serial !== 'number' ||
    typeof state?.lineage !== 'string' ||
    !Array.isArray(state?.resources)
  )
    throw new Error('reading the state: serial, lineage or resources is missing');
  return { outputs: {}, ...state };
}

/** Returns the number of managed resource instances. */
export function countResources(state: TerraformState): number {
  return state.resources
    .filter((resource) => resource.mode === 'managed')
    .reduce((sum, resource) => sum + resource.instances.length, 0);
}

/** Stores a state file, encrypted. If the project's newest version has the same content, returns that one. */
export async function saveStateVersion(
  trx: Query,
  encryption: Encryption,
  version: { projectId: string; jobId: string; raw: Uint8Array },
): Promise<StateVersion> {
  const sha256 = createHash('sha256').update(version.raw).digest('hex');
  const newest = await newestStateVersion(trx, version.projectId);
  if (newest?.sha256 === sha256) return newest;
  const state = parseState(version.raw);
  const content = encryption.seal(await compress(version.raw), statePlace(version.projectId, sha256));
  const row = await trx
    .insertInto('state_versions')
    .values({
      project_id: version.projectId,
      serial: state.serial,
      lineage: state.lineage,
      sha256,
      bytes: version.raw.byteLength,
      resource_count: countResources(state),
      job_id: version.jobId,
      content,
      superseded_at: null,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('state_versions')
    .set({ superseded_at: row.created_at })
    .where('project_id', '=', version.projectId)
    .where('superseded_at', 'is', null)
    .where('id', '<', row.id)
    .execute();
  return toVersion(row);
}

export async function listStateVersions(
  query: Query,
  projectId: string,
  page: { before?: number | undefined; limit: number },
): Promise<StateVersion[]> {
  let rows = query
    .selectFrom('state_versions')
    .select(columns)
    .where('project_id', '=', projectId)
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (page.before !== undefined) rows = rows.where('id', '<', page.before);
  return (await rows.execute()).map(toVersion);
}

/** Throws `state_version_not_found`. */
export async function findStateVersion(query: Query, projectId: string, id: number): Promise<StateVersion> {
  const row = await query
    .selectFrom('state_versions')
    .select(columns)
    .where('project_id', '=', projectId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row)
    throw new DomainError('state_version_not_found', `project ${projectId} has no state version ${id}`);
  return toVersion(row);
}

export async function newestStateVersion(query: Query, projectId: string): Promise<StateVersion | undefined> {
  const row = await newestRow(query, projectId).executeTakeFirst();
  return row && toVersion(row);
}

function newestRow(query: Query, projectId: string) {
  return query
    .selectFrom('state_versions')
    .select(columns)
    .where('project_id', '=', projectId)
    .orderBy('id', 'desc')
    .limit(1);
}

/** Returns a state file's plain bytes; throws if they do not have the recorded digest. */
export async function readStateContent(
  query: Query,
  encryption: Encryption,
  version: StateVersion,
): Promise<Buffer> {
  const row = await query
    .selectFrom('state_versions')
    .select('content')
    .where('id', '=', version.id)
    .executeTakeFirstOrThrow();
  return openContent(encryption, version, row.content);
}

async function openContent(
  encryption: Encryption,
  version: StateVersion,
  content: Uint8Array,
): Promise<Buffer> {
  const raw = await decompress(encryption.open(content, statePlace(version.projectId, version.sha256)));
  if (createHash('sha256').update(raw).digest('hex') !== version.sha256)
    throw new Error(`reading state version ${version.id}: its content does not have the recorded digest`);
  return raw;
}

/** Returns a project's newest state, parsed; `undefined` if it has none. */
export async function readNewestState(
  query: Query,
  encryption: Encryption,
  projectId: string,
): Promise<{ version: StateVersion; raw: Buffer; state: TerraformState } | undefined> {
  const row = await newestRow(query, projectId).select('content').executeTakeFirst();
  if (!row) return undefined;
  const version = toVersion(row);
  const raw = await openContent(encryption, version, row.content);
  return { version, raw, state: parseState(raw) };
}

/** Associated data that binds a sealed state to its project and digest. */
export function statePlace(projectId: string, sha256: string): string {
  return `state|${projectId}|${sha256}`;
}

function toVersion(row: {
  id: number;
  project_id: string;
  serial: number;
  lineage: string;
  sha256: string;
  bytes: number;
  resource_count: number;
  job_id: string;
  created_at: Date;
}): StateVersion {
  return {
    id: row.id,
    projectId: row.project_id,
    serial: row.serial,
    lineage: row.lineage,
    sha256: row.sha256,
    bytes: row.bytes,
    resourceCount: row.resource_count,
    jobId: row.job_id,
    createdAt: row.created_at,
  };
}
