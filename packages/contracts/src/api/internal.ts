import { type Endpoint, endpoint } from '../endpoint.ts';
import { heartbeatAnswerSchema, runnerHeartbeatSchema } from '../heartbeat.ts';

export const internalEndpoints = {
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
