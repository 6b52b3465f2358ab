import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { createProblems, creates } from './job/create-job.ts';
import { jobIdSchema } from './job.ts';
import { orphanSchema } from './orphan.ts';
import { changeActionSchema } from './plan-summary.ts';
import { projectParams } from './project.ts';

export const driftedResourceSchema = z.object({
  address: z.string(),
  type: z.string(),
  action: changeActionSchema,
  /** One entry per attribute path that differs from the stored state. */
  attributes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
});
export type DriftedResource = z.infer<typeof driftedResourceSchema>;

export const driftRequestSchema = z.strictObject({
  /** On drift, queues a deploy of the current revision that waits for approval. */
  remediate: z.boolean().default(false),
});

export const driftReportSchema = z.object({
  projectId: z.string(),
  /** The newest completed drift check; `null` before the first. */
  jobId: jobIdSchema.nullable(),
  checkedAt: z.string().nullable(),
  /** `never_checked` until the first check has completed; then whether it found drift. */
  status: z.enum(['never_checked', 'in_sync', 'drifted']),
  drifted: z.boolean(),
  resources: z.array(driftedResourceSchema),
  /** The deploy that waits for approval to undo the drift. */
  remediationJobId: z.string().nullable(),
  schedule: z.string().nullable(),
  /** Objects that an apply may have left without an entry in the state; Terraform's check cannot see them. */
  orphans: z.array(orphanSchema),
});

export const driftScheduleSchema = z.strictObject({
  /** Cron expression with five fields, in UTC; `null` turns the schedule off. */
  cron: z.string().max(100).nullable(),
  remediate: z.boolean().default(false),
});

export const driftScheduleAnswerSchema = z.object({
  projectId: z.string(),
  cron: z.string().nullable(),
  remediate: z.boolean(),
});

export const driftEndpoints = {
  checkDrift: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy/drift/{projectId}',
    operationId: 'checkDrift',
    summary: 'Compare the real objects with the state',
    role: 'deployer',
    params: projectParams,
    body: driftRequestSchema,
    problems: [...createProblems, 'project_not_found', 'project_not_deployed', 'stack_owned', 'key_limited'],
  }),
  drift: endpoint({
    method: 'get',
    path: '/api/deploy/drift/{projectId}',
    operationId: 'getDrift',
    tag: 'Projects',
    summary: 'Result of the newest drift check, by attribute',
    role: 'viewer',
    params: projectParams,
    status: 200,
    answer: driftReportSchema,
    problems: ['invalid_request', 'project_not_found'],
  }),
  driftSchedule: endpoint({
    method: 'put',
    path: '/api/deploy/drift/{projectId}/schedule',
    operationId: 'setDriftSchedule',
    tag: 'Projects',
    summary: 'Check a project for drift on a schedule',
    role: 'deployer',
    params: projectParams,
    body: driftScheduleSchema,
    status: 200,
    answer: driftScheduleAnswerSchema,
    problems: ['invalid_request', 'project_not_found', 'stack_owned', 'key_limited'],
  }),
} as const satisfies Record<string, Endpoint>;
