import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { jobIdSchema } from './job.ts';
import { cursor, limit } from './paging.ts';

export const jobNotifications = [
  'job.started',
  'job.awaiting_approval',
  'job.succeeded',
  'job.failed',
  'job.cancelled',
] as const;
export type JobNotification = (typeof jobNotifications)[number];

/** All that can be told: what a job comes to, and what else it finds. */
export const notificationEvents = [
  ...jobNotifications,
  'drift.found',
  'budget.exceeded',
  'orphans.left',
  'policy.denied',
  'deployment.deleted',
] as const;
export type NotificationEvent = (typeof notificationEvents)[number];

export const notificationKinds = ['main_api', 'webhook', 'slack', 'email', 'pagerduty'] as const;
export type NotificationKind = (typeof notificationKinds)[number];

const notificationIdSchema = z
  .string()
  .regex(
    /^(main-api|notification-[0-9a-f]{16})$/,
    'a notification id looks like notification-0123456789abcdef',
  )
  .meta({ example: 'notification-0123456789abcdef' });
const params = z.object({ notificationId: notificationIdSchema });
const time = z.iso.datetime();

const usual: NotificationEvent[] = ['job.awaiting_approval', 'job.succeeded', 'job.failed', 'job.cancelled'];

const common = (events: NotificationEvent[]) => ({
  name: z.string().min(1).max(100),
  /** Pattern of project ids in the caller's scope; `*` stands for any text. A stack's are `{stack}.{environment}.*`. */
  projects: z
    .string()
    .regex(/^[A-Za-z0-9._*-]{1,64}$/, 'it is no pattern of project ids, such as acme.*')
    .default('*'),
  events: z.array(z.enum(notificationEvents)).min(1).max(notificationEvents.length).default(events),
});
const url = z.url({ protocol: /^https?$/, error: 'it is not an http(s) address' }).max(2000);
const printable = (pattern: RegExp, error: string) => z.string().regex(pattern, error);

const webhookSchema = z.strictObject({
  kind: z.literal('webhook').optional(),
  ...common(usual),
  /** Receives a signed POST for each event. */
  url,
  /** Signs each message; by default a new one, which only this answer shows. */
  secret: printable(
    /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/,
    'a secret is whsec_ and the Base64 of 24 to 64 bytes',
  ).optional(),
});

/** An incoming webhook by its `url`, or the API of Slack by `token` and `channel`. */
const slackSchema = z
  .strictObject({
    kind: z.literal('slack'),
    ...common(usual),
    url: url.optional(),
    token: printable(/^[\x21-\x7e]{10,300}$/, 'it is no token of Slack').optional(),
    channel: printable(/^#?[\p{L}\p{N}._-]{1,80}$/u, 'it is no channel, such as C0123456789').optional(),
  })
  .refine(
    ({ url: address, token, channel }) =>
      address === undefined
        ? token !== undefined && channel !== undefined
        : token === undefined && channel === undefined,
    'give url, or token and channel',
  );

const emailSchema = z.strictObject({
  kind: z.literal('email'),
  ...common(usual),
  to: z.array(z.email().max(254)).min(1).max(20),
});

const pagerdutySchema = z.strictObject({
  kind: z.literal('pagerduty'),
  /** A success of a deploy, rollback or destroy resolves the incident of a failed one. */
  ...common(['job.failed', 'job.succeeded']),
  /** Integration key of a service, for the Events API v2. */
  routingKey: printable(/^[A-Za-z0-9]{32}$/, 'a routing key has 32 letters and digits'),
});

export const createNotificationSchema = z.discriminatedUnion('kind', [
  webhookSchema,
  slackSchema,
  emailSchema,
  pagerdutySchema,
]);
export type CreateNotification = z.infer<typeof createNotificationSchema>;

const notificationSchema = z.object({
  notificationId: notificationIdSchema,
  kind: z.enum(notificationKinds),
  name: z.string(),
  /** Without its path, which can hold a secret. */
  host: z.string().regex(/./),
  /** Recipients of mail, or a channel of Slack. */
  to: z.array(z.string().regex(/./)),
  projects: z.string().regex(/./),
  events: z.array(z.enum(notificationEvents)),
  createdBy: z.string(),
  createdAt: time,
});

const deliverySchema = z.object({
  deliveryId: z.number().int(),
  notificationId: notificationIdSchema,
  projectId: z.string(),
  jobId: jobIdSchema,
  event: z.enum(notificationEvents),
  status: z.enum(['waiting', 'delivered', 'dead']),
  attempts: z.number().int(),
  /** Why the last attempt failed, or which recipients of a mail were refused for good. */
  problem: z.string().nullable(),
  createdAt: time,
  /** When it is tried again; `null` if it is delivered or dead. */
  nextAt: time.nullable(),
  deliveredAt: time.nullable(),
});

const tag = 'Notifications';

export const notificationEndpoints = {
  createNotification: endpoint({
    method: 'post',
    path: '/api/notifications',
    operationId: 'createNotification',
    tag,
    summary:
      'Tell a web address, Slack, e-mail recipients or PagerDuty what jobs come to; messages are tried for a day',
    role: 'deployer',
    scope: 'any',
    body: createNotificationSchema,
    redaction: 'handler',
    status: 201,
    /** `secret` is that of a webhook. */
    answer: notificationSchema.extend({ secret: z.string().nullable() }),
    problems: ['invalid_request', 'forbidden'],
  }),
  notifications: endpoint({
    method: 'get',
    path: '/api/notifications',
    operationId: 'listNotifications',
    tag,
    summary: 'Addresses that receive messages about jobs',
    role: 'viewer',
    scope: 'any',
    status: 200,
    answer: z.object({ notifications: z.array(notificationSchema) }),
    problems: ['invalid_request'],
  }),
  removeNotification: endpoint({
    method: 'delete',
    path: '/api/notifications/{notificationId}',
    operationId: 'deleteNotification',
    tag,
    summary: 'Tell an address nothing any more; what it was not told yet is dropped',
    role: 'deployer',
    scope: 'any',
    params,
    status: 200,
    answer: z.object({ notificationId: notificationIdSchema, message: z.string() }),
    problems: ['invalid_request', 'notification_not_found'],
  }),
  testNotification: endpoint({
    method: 'post',
    path: '/api/notifications/{notificationId}/test',
    operationId: 'testNotification',
    tag,
    summary: 'Send a test message now',
    role: 'deployer',
    scope: 'any',
    params,
    status: 200,
    answer: z.object({ delivered: z.boolean(), problem: z.string().nullable() }),
    problems: ['invalid_request', 'notification_not_found'],
  }),
  deliveries: endpoint({
    method: 'get',
    path: '/api/notifications/{notificationId}/deliveries',
    operationId: 'listDeliveries',
    tag,
    summary: 'Messages to an address, newest first: waiting, delivered, dead',
    role: 'viewer',
    scope: 'any',
    params,
    query: z.strictObject({ status: z.enum(['waiting', 'delivered', 'dead']).optional(), cursor, limit }),
    status: 200,
    answer: z.object({ deliveries: z.array(deliverySchema), nextCursor: z.string().nullable() }),
    problems: ['invalid_request', 'notification_not_found'],
  }),
  resendDelivery: endpoint({
    method: 'post',
    path: '/api/notifications/{notificationId}/deliveries/{deliveryId}/resend',
    operationId: 'resendDelivery',
    tag,
    summary: 'Try a dead message again, or send a delivered one once more under the same id',
    role: 'deployer',
    scope: 'any',
    params: params.extend({ deliveryId: z.coerce.number().int().positive().max(2_147_483_647) }),
    status: 202,
    answer: deliverySchema,
    problems: ['invalid_request', 'notification_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
