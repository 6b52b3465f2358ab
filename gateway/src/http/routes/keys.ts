import { type CreateKeyRequest, endpoints, type Key } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import { exceedsBlastRadius } from '../../access/exceeds-blast-radius.ts';
import { exceedsStackLimits } from '../../access/exceeds-stack-limits.ts';
import {
  findKey,
  insertKey,
  type KeyRow,
  keysMadeWhileOpen,
  listKeys,
  ownExpiry,
  revokeKey,
  wasMadeWhileOpen,
} from '../../access/key-store.ts';
import { coversScope, hasRole, type Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { route } from '../route.ts';

/** API keys. Admins whose scope is some projects see and create keys for those only. */
export function keyRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.createKey, async ({ body, principal, call }) => {
    requireWithin(principal, body);
    return query.transaction().execute(async (trx) => {
      const { row, key } = await insertKey(
        trx,
        { ...body, notAfter: await ownExpiry(trx, principal) },
        principal.id,
      );
      const { role, projects, expiresInDays, stackLimits } = body;
      const detail = { keyId: row.id, name: row.name, role, projects, expiresInDays, stackLimits };
      await call.record(trx, { detail });
      return { ...presentKey(row), key };
    });
  });
  route(router, endpoints.keys, async ({ principal }) => ({
    keys: (await listKeys(query)).filter((row) => isVisible(principal, row)).map(presentKey),
  }));
  route(router, endpoints.revokeOpenKeys, async ({ principal, call }) => {
    const revoked = await query.transaction().execute(async (trx) => {
      const rows: KeyRow[] = [];
      for (const { id } of await keysMadeWhileOpen(trx))
        if (principal.id !== `key:${id}`) rows.push(await revokeKey(trx, id));
      await call.record(trx, {
        detail: { keyIds: rows.map(({ id }) => id).slice(0, 50), count: rows.length },
      });
      return rows;
    });
    for (const { id } of revoked) context.access.forgetKey(id);
    return { revoked: revoked.map(presentKey), message: `${revoked.length} keys are revoked` };
  });
  route(router, endpoints.revokeKey, async ({ params: { keyId }, principal, call }) => {
    const revoked = await query.transaction().execute(async (trx) => {
      const row = await findKey(trx, keyId);
      if (!row || !isVisible(principal, row))
        throw new DomainError('key_not_found', `no API key ${keyId} exists`);
      const answer = await revokeKey(trx, keyId);
      await call.record(trx, { detail: { keyId, name: row.name } });
      return answer;
    });
    context.access.forgetKey(keyId);
    return presentKey(revoked);
  });
}

function isVisible(principal: Principal, row: KeyRow): boolean {
  return coversScope(principal, JSON.parse(row.projects));
}

/** Throws if the new key would have more rights than its creator. */
function requireWithin(principal: Principal, key: CreateKeyRequest): void {
  const beyond = (what: string) =>
    new DomainError('forbidden', `creating an API key: ${what} exceeds your own; request less`);
  if (!hasRole(principal, key.role)) throw beyond(`the role ${key.role}`);
  if (!coversScope(principal, key.projects)) throw beyond(`the scope ${key.projects.join(', ')}`);
  const limit = exceedsBlastRadius(key.blastRadius, principal.blastRadius);
  if (limit) throw beyond(`blastRadius.${limit}`);
  const stackLimit = exceedsStackLimits(key.stackLimits, principal.stackLimits);
  if (stackLimit) throw beyond(`stackLimits.${stackLimit}`);
}

function presentKey(row: KeyRow): Key {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    projects: JSON.parse(row.projects),
    blastRadius: row.blast_radius ? JSON.parse(row.blast_radius) : null,
    stackLimits: row.stack_limits ? JSON.parse(row.stack_limits) : null,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    madeWhileOpen: wasMadeWhileOpen(row),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}
