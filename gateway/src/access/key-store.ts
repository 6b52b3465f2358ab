import type { BlastRadius, Role, StackLimits } from '@deployment-engine/contracts';
import { type Selectable, sql } from 'kysely';
import { notify, type Query } from '../server/database/open.ts';
import type { Database } from '../server/database/schema.ts';
import { newApiKey } from './api-key.ts';
import { openPrincipal, type Principal } from './principal.ts';

/** Channel that announces the ids of revoked keys. */
export const keyChangedChannel = 'api_key_changed';
const usedEvery = '1 minute';

export type KeyRow = Selectable<Database['api_keys']>;

export type NewKey = {
  name: string;
  role: Role;
  projects: string[];
  blastRadius: BlastRadius | null;
  stackLimits: StackLimits | null;
  expiresInDays: number | null;
  /** The latest expiry, whatever `expiresInDays` says. */
  notAfter?: Date | null;
};

/** Stores a new key and returns it. This is the only time that its secret is known. */
export async function insertKey(
  trx: Query,
  key: NewKey,
  createdBy: string,
): Promise<{ row: KeyRow; key: string }> {
  const made = newApiKey();
  const row = await trx
    .insertInto('api_keys')
    .values({
      id: made.id,
      name: key.name,
      secret_sha256: made.secretSha256,
      role: key.role,
      projects: JSON.stringify(key.projects),
      blast_radius: key.blastRadius && JSON.stringify(key.blastRadius),
      stack_limits: key.stackLimits && JSON.stringify(key.stackLimits),
      created_by: createdBy,
      expires_at:
        key.expiresInDays === null
          ? null
          : sql<Date>`least(now() + make_interval(days => ${key.expiresInDays}), ${key.notAfter ?? null}::timestamptz)`,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row, key: made.key };
}

/** Returns when the caller's own key expires; `null` if it does not, or if they call without a key. */
export async function ownExpiry(query: Query, { kind, id }: Principal): Promise<Date | null> {
  const row = kind === 'api_key' ? await findKey(query, id.replace(/^key:/, '')) : undefined;
  return row?.expires_at ?? null;
}

export async function findKey(query: Query, id: string): Promise<KeyRow | undefined> {
  return query.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Returns keys, newest first. */
export async function listKeys(query: Query): Promise<KeyRow[]> {
  return query.selectFrom('api_keys').selectAll().orderBy('created_at', 'desc').orderBy('id').execute();
}

export async function countKeys(query: Query): Promise<{ all: number; usable: number }> {
  const row = await query
    .selectFrom('api_keys')
    .select([
      sql<number>`count(*)`.as('all'),
      sql<number>`count(*) filter (where revoked_at is null and (expires_at is null or expires_at > now()))`.as(
        'usable',
      ),
    ])
    .executeTakeFirstOrThrow();
  return row;
}

/** Revokes a key; keeps the time of an earlier revocation. */
export async function revokeKey(trx: Query, id: string): Promise<KeyRow> {
  await trx
    .updateTable('api_keys')
    .set({ revoked_at: new Date() })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute();
  await notify(trx, keyChangedChannel, id);
  return trx.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
}

/** Returns usable keys that were created while the engine needed no credentials. */
export async function keysMadeWhileOpen(query: Query): Promise<KeyRow[]> {
  return (await listKeys(query)).filter((row) => isUsable(row) && wasMadeWhileOpen(row));
}

export function wasMadeWhileOpen({ created_by }: Pick<KeyRow, 'created_by'>): boolean {
  return created_by === openPrincipal.id;
}

/** Updates a key's time of last use, at most once a minute. */
export async function noteUse(query: Query, id: string): Promise<void> {
  await query
    .updateTable('api_keys')
    .set({ last_used_at: new Date() })
    .where('id', '=', id)
    .where((or) =>
      or.or([
        or('last_used_at', 'is', null),
        or('last_used_at', '<', sql<Date>`now() - ${usedEvery}::interval`),
      ]),
    )
    .execute();
}

export function isUsable(row: KeyRow): boolean {
  return row.revoked_at === null && (row.expires_at === null || row.expires_at.getTime() > Date.now());
}

export function keyPrincipal(row: KeyRow): Principal {
  return {
    kind: 'api_key',
    id: `key:${row.id}`,
    name: row.name,
    role: row.role,
    projects: JSON.parse(row.projects),
    blastRadius: row.blast_radius ? JSON.parse(row.blast_radius) : null,
    stackLimits: row.stack_limits ? JSON.parse(row.stack_limits) : null,
  };
}
