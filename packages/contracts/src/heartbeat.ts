import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';

export const runnerHeartbeatSchema = z.strictObject({
  runnerId: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  /** URL at which gateways reach the runner. */
  url: z.url({ protocol: /^https?$/ }),
});

export const heartbeatAnswerSchema = z.object({ status: z.literal('ok') });

export const heartbeatEndpoints = {
  runnerHeartbeat: endpoint({
    method: 'post',
    path: '/internal/runners/heartbeat',
    operationId: 'runnerHeartbeat',
    tag: 'Internal',
    summary: 'Heartbeat of a runner, signed with the runner token',
    role: 'public',
    audited: false,
    body: runnerHeartbeatSchema,
    status: 200,
    answer: heartbeatAnswerSchema,
    problems: ['invalid_request', 'unauthenticated'],
  }),
} as const satisfies Record<string, Endpoint>;
