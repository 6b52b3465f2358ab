import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { TemplateType } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { type Selectable, sql } from 'kysely';
import { coversScope, type Principal, signedName } from '../../../access/principal.ts';
import { tenantOf } from '../../../access/tenant.ts';
import { newId } from '../../../jobs/store.ts';
import type { Query } from '../../../server/database/open.ts';
import type { Database } from '../../../server/database/schema.ts';
import { digestOf } from '../source/digest.ts';

export type TemplateRow = Selectable<Database['templates']>;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Stores a template. It belongs to the caller's tenant; one of a caller with all projects may be used by all. */
export async function createTemplate(
  trx: Query,
  principal: Principal,
  template: { name: string; type: TemplateType; code: string },
): Promise<TemplateRow> {
  const { name, type, code } = template;
  const digest = digestOf(code);
  const by = signedName(principal);
  const row = await trx
    .insertInto('templates')
    .values({
      id: newId('tpl'),
      name,
      template_type: type,
      tenant: tenantOf(principal),
      version: 1,
      digest,
      created_by: by,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await insertVersion(trx, row, code, by);
  return row;
}

/** Stores a further version; the same text again changes nothing. */
export async function addVersion(
  trx: Query,
  principal: Principal,
  id: string,
  code: string,
): Promise<TemplateRow> {
  const row = await lockTemplate(trx, principal, id, 'changing');
  const digest = digestOf(code);
  if (row.digest === digest) return row;
  const updated = await trx
    .updateTable('templates')
    .set({ version: row.version + 1, digest, updated_at: new Date() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await insertVersion(trx, updated, code, signedName(principal));
  return updated;
}

async function insertVersion(trx: Query, row: TemplateRow, code: string, by: string): Promise<void> {
  await trx
    .insertInto('template_versions')
    .values({
      template_id: row.id,
      number: row.version,
      digest: row.digest,
      code: await compress(code),
      created_by: by,
    })
    .execute();
}

/** Returns a version of a template, by default the newest; throws `template_not_found`. */
export async function readTemplateVersion(
  query: Query,
  principal: Principal,
  id: string,
  version?: number,
): Promise<{ template: TemplateRow; number: number; digest: string; code: string }> {
  const row = await query.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirst();
  const template = requireVisible(row, principal, id);
  const number = version ?? template.version;
  const found = await query
    .selectFrom('template_versions')
    .select(['code', 'digest'])
    .where('template_id', '=', id)
    .where('number', '=', Math.min(number, 2 ** 31 - 1))
    .executeTakeFirst();
  if (!found)
    throw new DomainError(
      'template_not_found',
      `the template ${id} has no version ${number}; its newest is ${template.version}`,
    );
  return { template, number, digest: found.digest, code: (await decompress(found.code)).toString() };
}

/** Returns a page of the templates that a caller may use, newest first. */
export async function listTemplates(
  query: Query,
  principal: Principal,
  page: { before: number | undefined; limit: number },
): Promise<TemplateRow[]> {
  const tenants = await query.selectFrom('templates').select('tenant').distinct().execute();
  const visible = tenants.map(({ tenant }) => tenant).filter((tenant) => isVisible({ tenant }, principal));
  if (visible.length === 0) return [];
  let rows = query.selectFrom('templates').selectAll().orderBy('seq', 'desc').limit(page.limit);
  rows = rows.where('tenant', 'in', visible);
  if (page.before !== undefined) rows = rows.where('seq', '<', page.before);
  return rows.execute();
}

/** Deletes a template; throws `template_in_use` while a deployment was deployed from it. */
export async function removeTemplate(trx: Query, principal: Principal, id: string): Promise<void> {
  await lockTemplate(trx, principal, id, 'deleting');
  const users = await trx
    .selectFrom('deployments')
    .select(['id', sql<number>`count(*) over ()::int`.as('count')])
    .where('template_id', '=', id)
    .where('deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (users)
    throw new DomainError(
      'template_in_use',
      `deleting the template ${id}: ${users.count} deployments use it, ${users.id} for one; delete them, or give them another template`,
    );
  await trx.deleteFrom('templates').where('id', '=', id).execute();
}

async function lockTemplate(
  trx: Query,
  principal: Principal,
  id: string,
  activity: string,
): Promise<TemplateRow> {
  const row = await trx
    .selectFrom('templates')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  const template = requireVisible(row, principal, id);
  if (coversScope(principal, [template.tenant])) return template;
  throw new DomainError(
    'forbidden',
    `${activity} the template ${id}: it belongs to ${template.tenant}, and ${signedName(principal)} may only use it`,
  );
}

function requireVisible(row: TemplateRow | undefined, principal: Principal, id: string): TemplateRow {
  if (row && isVisible(row, principal)) return row;
  throw new DomainError('template_not_found', `no template ${id} exists`);
}

function isVisible({ tenant }: Pick<TemplateRow, 'tenant'>, principal: Principal): boolean {
  return tenant === '*' || coversScope(principal, [tenant]);
}
