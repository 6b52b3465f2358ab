import { randomBytes } from 'node:crypto';
import { type CreateNotification, endpoints, type NotificationKind } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { cutPage, decodeNumberCursor } from '../../http/cursor.ts';
import { type Input, route } from '../../http/route.ts';
import { outboxChannel } from '../../jobs/note-outbox.ts';
import { notify } from '../../server/database/open.ts';
import { send } from './channels/send.ts';
import { isAllowed } from './channels/send-mail.ts';
import { testMessage } from './compose.ts';
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
    const message = testMessage(context, target, targetContent(context.encryption, target));
    const { problem, remark } = await send(context, target.kind, message);
    return { delivered: problem === undefined, problem: problem ?? remark ?? null };
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
  context: Context,
  { body, principal, call }: Input<typeof endpoints.createNotification>,
) {
  const { config, database, encryption } = context;
  const content = contentOf(config, body);
  const { kind = 'webhook', name, projects, events } = body;
  return database.query.transaction().execute(async (trx) => {
    const row = await insertTarget(trx, encryption, principal, { kind, name, projects, events, content });
    const shown = present(context, row);
    await call.record(trx, {
      detail: { notification: row.id, kind, host: shown.host, projects: row.projects },
    });
    return { ...shown, secret: kind === 'webhook' ? content.secret : null };
  });
}

function contentOf(config: Context['config'], body: CreateNotification): TargetContent {
  switch (body.kind) {
    case 'slack':
      return { url: body.url ?? '', secret: body.token ?? '', channel: body.channel };
    case 'pagerduty':
      return { url: '', secret: body.routingKey };
    case 'email': {
      const { mail } = config;
      if (!mail)
        throw invalid('/kind', 'the engine sends no e-mail: the operator has not set SMTP_URL and SMTP_FROM');
      const denied = body.to.findIndex((address) => !isAllowed(mail.recipients, address));
      if (denied >= 0) throw invalid(`/to/${denied}`, 'SMTP_RECIPIENTS does not allow this address');
      return { url: '', secret: '', to: [...new Set(body.to)] };
    }
    default:
      return { url: body.url, secret: body.secret ?? `whsec_${randomBytes(32).toString('base64')}` };
  }
}

function invalid(pointer: string, detail: string): DomainError {
  return new DomainError('invalid_request', 'the request is not valid', { fields: [{ pointer, detail }] });
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

function present({ encryption, config }: Pick<Context, 'encryption' | 'config'>, row: TargetRow) {
  const { url, channel, to } = targetContent(encryption, row);
  const addresses: Partial<Record<NotificationKind, string>> = {
    ...(channel === undefined ? {} : { slack: config.slackApiUrl }),
    pagerduty: config.pagerdutyEventsUrl,
    ...(config.mail ? { email: config.mail.url } : {}),
  };
  const address = addresses[row.kind] ?? url;
  return {
    notificationId: row.id,
    kind: row.kind,
    name: row.name,
    host: URL.canParse(address) ? new URL(address).host : '-',
    to: to ?? (channel === undefined ? [] : [channel]),
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
