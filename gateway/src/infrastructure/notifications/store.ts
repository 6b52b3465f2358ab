import { randomBytes } from 'node:crypto';
import { jobNotifications, type NotificationKind } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Selectable } from 'kysely';
import { coversScope, mayTouchAll, type Principal, signedName } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { takeLock } from '../../server/database/locks.ts';
import type { Query } from '../../server/database/open.ts';
import type { Database } from '../../server/database/schema.ts';
import type { Encryption } from '../../server/encryption.ts';

export type TargetRow = Selectable<Database['notification_targets']>;
export type DeliveryRow = Selectable<Database['outbox']>;
/** Where messages go, and what signs them or lets them in. All of it is sealed. */
export type TargetContent = {
  /** Empty where the operator's settings name the server. */
  url: string;
  secret: string;
  /** Of Slack, if its API is used. */
  channel?: string | undefined;
  /** Recipients of mail. */
  to?: string[] | undefined;
};

/** Targets that callers of one scope can store. */
const maxTargets = 50;

/** Id of the main API's row. It receives messages about deployments only. */
export const mainApiId = 'main-api';

export const targetPlace = (id: string) => `notification|${id}`;

export function targetContent(encryption: Encryption, row: Pick<TargetRow, 'id' | 'content'>): TargetContent {
  return JSON.parse(encryption.open(row.content, targetPlace(row.id)).toString());
}

type NewTarget = {
  kind: NotificationKind;
  name: string;
  projects: string;
  events: string[];
  content: TargetContent;
};

export async function insertTarget(
  trx: Query,
  encryption: Encryption,
  principal: Principal,
  { kind, name, projects, events, content: plain }: NewTarget,
): Promise<TargetRow> {
  if (!coversScope(principal, [projects]))
    throw new DomainError(
      'forbidden',
      `naming projects to tell about: ${projects} is more than the projects of ${signedName(principal)}; give a pattern inside ${principal.projects.join(', ')}`,
    );
  await refuseTooMany(trx, principal);
  const id = `notification-${randomBytes(8).toString('hex')}`;
  const content = encryption.seal(Buffer.from(JSON.stringify(plain)), targetPlace(id));
  return trx
    .insertInto('notification_targets')
    .values({
      ...{ id, kind, name, projects, content },
      events: JSON.stringify(events),
      created_by: signedName(principal),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Callers with all projects have no limit. */
async function refuseTooMany(trx: Query, principal: Principal): Promise<void> {
  if (mayTouchAll(principal)) return;
  const scope = principal.projects.join(', ');
  await takeLock(trx, 'notifications', scope);
  if ((await listTargets(trx, principal)).length < maxTargets) return;
  throw new DomainError(
    'invalid_request',
    `storing a notification: ${maxTargets} exist for ${scope}, and no more are allowed; delete one that is not needed`,
  );
}

/** Writes the settings of the main API to its row. Without `MAIN_API_URL` it receives no new messages. */
export async function setMainApi({ config, database, encryption }: Context): Promise<void> {
  const { mainApiUrl: url = '', mainApiToken: secret = '' } = config;
  const content = encryption.seal(Buffer.from(JSON.stringify({ url, secret })), targetPlace(mainApiId));
  const events = JSON.stringify(url === '' ? [] : [...jobNotifications, 'deployment.deleted']);
  const known = database.query.selectFrom('notification_targets').select('id').where('id', '=', mainApiId);
  if (url === '' && !(await known.executeTakeFirst())) return;
  await database.query
    .insertInto('notification_targets')
    .values({
      ...{ id: mainApiId, kind: 'main_api', name: 'MAIN_API_URL', projects: '*dep-*', created_by: 'engine' },
      ...{ events, content },
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ events, content }))
    .execute();
}

/** Returns a target in the caller's scope; throws `notification_not_found`. */
export async function findTarget(query: Query, principal: Principal, id: string): Promise<TargetRow> {
  const row = await query
    .selectFrom('notification_targets')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (row && coversScope(principal, [row.projects])) return row;
  throw new DomainError('notification_not_found', `no notification ${id} exists`);
}

export async function listTargets(query: Query, principal: Principal): Promise<TargetRow[]> {
  const rows = await query.selectFrom('notification_targets').selectAll().orderBy('created_at').execute();
  return rows.filter(({ projects }) => coversScope(principal, [projects]));
}

export type DeliveryStatus = 'waiting' | 'delivered' | 'dead';

export function deliveryStatus({ delivered_at, dead_at }: DeliveryRow): DeliveryStatus {
  return delivered_at ? 'delivered' : dead_at ? 'dead' : 'waiting';
}

/** Returns a page of the messages to a target, newest first. */
export async function listDeliveries(
  query: Query,
  targetId: string,
  page: { status: DeliveryStatus | undefined; before: number | undefined; limit: number },
): Promise<DeliveryRow[]> {
  let rows = query
    .selectFrom('outbox')
    .selectAll()
    .where('target_id', '=', targetId)
    .orderBy('id', 'desc')
    .limit(page.limit);
  if (page.before !== undefined) rows = rows.where('id', '<', page.before);
  if (page.status === 'delivered') rows = rows.where('delivered_at', 'is not', null);
  if (page.status === 'dead') rows = rows.where('dead_at', 'is not', null);
  if (page.status === 'waiting') rows = rows.where('delivered_at', 'is', null).where('dead_at', 'is', null);
  return rows.execute();
}

/** Lets a message be sent again, under the same id. */
export async function resend(trx: Query, targetId: string, id: number): Promise<DeliveryRow> {
  const row = await trx
    .updateTable('outbox')
    .set({
      ...{ attempts: 0, next_at: new Date(), created_at: new Date(), claimed_until: null },
      ...{ delivered_at: null, dead_at: null, problem: null, taken_by: '[]' },
    })
    .where('id', '=', id)
    .where('target_id', '=', targetId)
    .returningAll()
    .executeTakeFirst();
  if (row) return row;
  throw new DomainError('notification_not_found', `the notification ${targetId} has no message ${id}`);
}

/** Seals addresses and secrets again with the current key. */
export async function resealNotifications({ database, encryption }: Context): Promise<number> {
  let resealed = 0;
  const rows = await database.query.selectFrom('notification_targets').select(['id', 'content']).execute();
  for (const { id, content } of rows) {
    if (encryption.isCurrent(content)) continue;
    const again = encryption.sealAgain(content, targetPlace(id));
    const update = database.query.updateTable('notification_targets').set({ content: again });
    await update.where('id', '=', id).where('content', '=', content).execute();
    resealed += 1;
  }
  return resealed;
}
