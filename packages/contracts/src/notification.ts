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

const notificationIdSchema = z
  .string()
  .regex(
    /^(main-api|notification-[0-9a-f]{16})$/,
    'a notification id looks like notification-0123456789abcdef',
  )
  .meta({ example: 'notification-0123456789abcdef' });
const params = z.object({ notificationId: notificationIdSchema });
const time = z.iso.datetime();

export const createNotificationSchema = z.strictObject({
  name: z.string().min(1).max(100),
  /** Receives a signed POST for each event. */
  url: z.url({ protocol: /^https?$/, error: 'it is not an http(s) address' }).max(2000),
  /** Pattern of project ids in the caller's scope; `*` stands for any text. */
  projects: z
    .string()
    .regex(/^[A-Za-z0-9._*-]{1,64}$/, 'it is no pattern of project ids, such as acme.*')
    .default('*'),
  events: z
    .array(z.enum(jobNotifications))
    .min(1)
    .max(jobNotifications.length)
    .default(['job.awaiting_approval', 'job.succeeded', 'job.failed', 'job.cancelled']),
  /** Signs each message; by default a new one, which only this answer shows. */
  secret: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'a secret is whsec_ and the Base64 of 24 to 64 bytes')
    .optional(),
});

const notificationSchema = z.object({
  notificationId: notificationIdSchema,
  kind: z.enum(['main_api', 'webhook']),
  name: z.string(),
  /** Without its path, which can hold a secret. */
  host: z.string().regex(/./),
  projects: z.string().regex(/./),
  events: z.array(z.enum(jobNotifications)),
  createdBy: z.string(),
  createdAt: time,
});

const deliverySchema = z.object({
  deliveryId: z.number().int(),
  notificationId: notificationIdSchema,
  projectId: z.string(),
  jobId: jobIdSchema,
  event: z.enum(jobNotifications),
  status: z.enum(['waiting', 'delivered', 'dead']),
  attempts: z.number().int(),
  /** Why the last attempt failed. */
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
    summary: 'Tell a web address what jobs come to, by signed messages that are tried for a day',
    role: 'deployer',
    scope: 'any',
    body: createNotificationSchema,
    redaction: 'handler',
    status: 201,
    answer: notificationSchema.extend({ secret: z.string() }),
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
