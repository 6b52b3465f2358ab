import { z } from 'zod';
import { code, requireOneSource } from './code.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { createProblems, creates } from './job/create-job.ts';
import { askedLog } from './job/terraform-log.ts';
import { projectIdSchema } from './project.ts';

/** With a shorter time to live, nobody could look at the deploy. */
export const minTtlSeconds = 60;

export const deployRequestSchema = z
  .strictObject({
    projectId: projectIdSchema,
    ...code,
    /** False stops the job at `awaiting_approval` once its plan is ready. */
    autoApprove: z.boolean().default(true),
    /** Destroys the project this many seconds after the deploy has completed. */
    ttlSeconds: z.number().int().min(minTtlSeconds).max(31_536_000).optional(),
    /** Shown with the job and in the history. */
    message: z.string().max(500).optional(),
    ...askedLog,
  })
  .superRefine(requireOneSource);
export type DeployRequest = z.infer<typeof deployRequestSchema>;

export const destroyRequestSchema = z.strictObject({
  projectId: projectIdSchema,
  autoApprove: z.boolean().default(true),
  ...askedLog,
});

export const rollbackRequestSchema = z.strictObject({
  projectId: projectIdSchema,
  /** The revision to deploy again; default: the one deployed before the current one. */
  toRevision: z.number().int().positive().optional(),
  autoApprove: z.boolean().default(true),
  ...askedLog,
});

export const deployEndpoints = {
  deploy: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy',
    operationId: 'deploy',
    summary: 'Deploy infrastructure from code',
    role: 'deployer',
    body: deployRequestSchema,
    problems: [...createProblems, 'key_limited', 'stack_owned'],
  }),
  destroy: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy/destroy',
    operationId: 'destroy',
    summary: 'Destroy everything a project has deployed',
    role: 'deployer',
    body: destroyRequestSchema,
    problems: [...createProblems, 'key_limited', 'project_not_found', 'stack_owned'],
  }),
  rollback: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy/rollback',
    operationId: 'rollback',
    summary: 'Deploy an earlier revision with its variables',
    role: 'deployer',
    body: rollbackRequestSchema,
    problems: [...createProblems, 'key_limited', 'project_not_found', 'revision_not_found', 'stack_owned'],
  }),
} as const satisfies Record<string, Endpoint>;
