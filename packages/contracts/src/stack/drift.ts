import { z } from 'zod';
import { driftedResourceSchema } from '../drift.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { environmentName, stackName } from './names.ts';

/** `high`: an object is gone or is new, or the component holds data. `low`: only tags differ. */
export const driftSeverities = ['low', 'medium', 'high'] as const;

const attribute = driftedResourceSchema.shape.attributes.element.extend({
  /** The field of the component's files that the attribute seems to come from; `null` if none has its name. */
  field: z.string().nullable(),
});

export const stackDriftScheduleSchema = z.strictObject({
  /** Cron expression with five fields, in UTC; `null` turns the schedule off. */
  cron: z.string().max(100).nullable(),
  /** The checks of the components begin within this time, each at its own moment. */
  spreadMinutes: z.number().int().min(0).max(60).default(10),
});

export const stackDriftSchema = z.object({
  stack: z.string(),
  environment: z.string(),
  /** `null` without one, which is the default. */
  schedule: z.object({ cron: z.string(), spreadMinutes: z.number().int() }).nullable(),
  status: z.enum(['never_checked', 'in_sync', 'drifted']),
  components: z.array(
    z.object({
      component: z.string(),
      projectId: z.string(),
      checkedAt: z.string().nullable(),
      status: z.enum(['never_checked', 'in_sync', 'drifted']),
      /** `null` without drift. */
      severity: z.enum(driftSeverities).nullable(),
      resources: z.array(driftedResourceSchema.extend({ attributes: z.array(attribute) })),
      /** Differences that a rule ignores. */
      ignored: z.number().int(),
    }),
  ),
  rules: z.array(
    z.object({
      ruleId: z.string(),
      component: z.string(),
      attribute: z.string(),
      who: z.string(),
      why: z.string(),
      createdAt: z.string(),
      expiresAt: z.string().nullable(),
    }),
  ),
});
export type StackDrift = z.infer<typeof stackDriftSchema>;

export const ignoreDriftRequestSchema = z.strictObject({
  /** Component id; `*` stands for any text. */
  component: z.string().min(1).max(200).meta({ example: 'user-service/api' }),
  /** Address and attribute; `*` stands for any text. */
  attribute: z.string().min(1).max(500).meta({ example: '*.desired_count' }),
  why: z.string().min(1).max(500),
  /** ISO 8601; without it the rule does not expire. */
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

const shared = {
  tag: 'Stacks',
  scope: 'any',
  status: 200,
  params: z.object({ stack: stackName, environment: environmentName }),
} as const;
const base = '/api/stacks/{stack}/environments/{environment}/drift';
const problems = ['invalid_request', 'stack_not_found'] as const;

export const stackDriftEndpoints = {
  stackDrift: endpoint({
    ...shared,
    method: 'get',
    path: base,
    operationId: 'getStackDrift',
    summary: 'Results of the newest drift checks of all components, by attribute and field',
    role: 'viewer',
    answer: stackDriftSchema,
    problems,
  }),
  stackDriftSchedule: endpoint({
    ...shared,
    method: 'put',
    path: `${base}/schedule`,
    operationId: 'setStackDriftSchedule',
    summary: 'Check all components of a stack for drift on a schedule',
    role: 'deployer',
    redaction: 'handler',
    body: stackDriftScheduleSchema,
    answer: z.object({
      stack: z.string(),
      environment: z.string(),
      cron: z.string().nullable(),
      spreadMinutes: z.number().int(),
    }),
    problems: [...problems, 'forbidden'],
  }),
  ignoreStackDrift: endpoint({
    ...shared,
    method: 'post',
    path: `${base}/ignore`,
    operationId: 'ignoreStackDrift',
    summary: 'Leave a difference out of drift reports, for a time and with a reason',
    role: 'approver',
    redaction: 'handler',
    body: ignoreDriftRequestSchema,
    answer: z.object({ ruleId: z.string(), message: z.string() }),
    problems: [...problems, 'forbidden'],
  }),
  removeDriftRule: endpoint({
    ...shared,
    method: 'delete',
    path: `${base}/ignore/{ruleId}`,
    operationId: 'removeStackDriftRule',
    summary: 'Show a difference again that a rule left out',
    role: 'approver',
    redaction: 'handler',
    params: shared.params.extend({ ruleId: z.string().regex(/^drift-[a-z0-9]{16}$/) }),
    answer: z.object({ ruleId: z.string(), message: z.string() }),
    problems: [...problems, 'forbidden'],
  }),
} as const satisfies Record<string, Endpoint>;
