import { randomBytes } from 'node:crypto';
import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { cutPage, decodeNumberCursor } from '../../http/cursor.ts';
import { type Input, route } from '../../http/route.ts';
import { outboxChannel } from '../../jobs/note-outbox.ts';
import { notify } from '../../server/database/open.ts';
import { send } from './deliverer.ts';
import { type Message, mainApi, webhook } from './message.ts';
import {
  type DeliveryRow,
  deliveryStatus,
  findTarget,
  insertTarget,
  listDeliveries,
  listTargets,
  resend,
  type TargetContent,
  type TargetRow,
  targetContent,
} from './store.ts';

export function notificationRoutes(router: Router, context: Context): void {
  const { query } = context.database;
  route(router, endpoints.createNotification, (input) => create(context, input));
  route(router, endpoints.notifications, async ({ principal }) => ({
    notifications: (await listTargets(query, principal)).map((row) => present(context, row)),
  }));
  route(router, endpoints.removeNotification, async ({ params: { notificationId: id }, principal, call }) =>
    query.transaction().execute(async (trx) => {
      await findTarget(trx, principal, id);
      await trx.deleteFrom('notification_targets').where('id', '=', id).execute();
      await call.record(trx, { detail: { notification: id } });
      return { notificationId: id, message: 'The notification is deleted' };
    }),
  );
  route(router, endpoints.testNotification, async ({ params, principal }) => {
    const target = await findTarget(query, principal, params.notificationId);
    const message = testMessage(target, targetContent(context.encryption, target));
    const problem = await send(context, target.id, message);
    return { delivered: problem === undefined, problem: problem ?? null };
  });
  route(router, endpoints.deliveries, (input) => list(context, input));
  route(router, endpoints.resendDelivery, async ({ params, principal, call }) =>
    query.transaction().execute(async (trx) => {
      const { id } = await findTarget(trx, principal, params.notificationId);
      const row = await resend(trx, id, params.deliveryId);
      await call.record(trx, { project: row.project_id, detail: { notification: id, message: row.id } });
      await notify(trx, outboxChannel, row.project_id);
      return presentDelivery(row);
    }),
  );
}

async function create(
  { database, encryption }: Context,
  { body, principal, call }: Input<typeof endpoints.createNotification>,
) {
  const secret = body.secret ?? `whsec_${randomBytes(32).toString('base64')}`;
  return database.query.transaction().execute(async (trx) => {
    const row = await insertTarget(trx, encryption, principal, { ...body, secret });
    const { host } = new URL(body.url);
    await call.record(trx, { detail: { notification: row.id, host, projects: row.projects } });
    return { ...present({ encryption }, row), secret };
  });
}

function testMessage(target: TargetRow, content: TargetContent): Message {
  const id = `test-${randomBytes(8).toString('hex')}`;
  const now = new Date();
  if (target.kind === 'main_api') return mainApi(content, id, 'test', { status: 'test' });
  return webhook(content, id, now, {
    type: 'test',
    timestamp: now.toISOString(),
    data: { message: `A test of the notification ${target.name}` },
  });
}

async function list(
  context: Context,
  { params, query: page, principal }: Input<typeof endpoints.deliveries>,
) {
  const { query } = context.database;
  const target = await findTarget(query, principal, params.notificationId);
  const before = decodeNumberCursor(page.cursor);
  const rows = await listDeliveries(query, target.id, { status: page.status, before, limit: page.limit + 1 });
  const { page: shown, next } = cutPage(rows, page.limit, (row) => row.id);
  return {
    deliveries: shown.map(presentDelivery),
    nextCursor: next,
  };
}

function present({ encryption }: Pick<Context, 'encryption'>, row: TargetRow) {
  const { url } = targetContent(encryption, row);
  return {
    notificationId: row.id,
    kind: row.kind,
    name: row.name,
    host: URL.canParse(url) ? new URL(url).host : '-',
    projects: row.projects,
    events: JSON.parse(row.events),
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
  };
}

function presentDelivery(row: DeliveryRow) {
  const status = deliveryStatus(row);
  return {
    deliveryId: Number(row.id),
    notificationId: row.target_id,
    projectId: row.project_id,
    jobId: row.job_id,
    event: row.event,
    status,
    attempts: row.attempts,
    problem: row.problem,
    createdAt: row.created_at.toISOString(),
    nextAt: status === 'waiting' ? row.next_at.toISOString() : null,
    deliveredAt: row.delivered_at?.toISOString() ?? null,
  };
}
