import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { cursor, limit } from './paging.ts';

export const projectIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** 1 to 64 letters, digits, dots, underscores and hyphens, starting with a letter or digit. */
export const projectIdSchema = z
  .string({ error: 'projectId is missing or not a string' })
  .min(1, 'projectId is empty')
  .regex(
    projectIdPattern,
    'projectId must be 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or digit',
  )
  .meta({ example: 'project-123' });

export const deploymentStatuses = [
  'not_deployed',
  'pending',
  'deployed',
  'failed',
  'destroyed',
  'destroyed_with_orphans',
] as const;
export const deploymentStatusSchema = z.enum(deploymentStatuses);
export type DeploymentStatus = z.infer<typeof deploymentStatusSchema>;

export const projectParams = z.object({ projectId: projectIdSchema });

export const outputsSchema = z.record(z.string(), z.unknown());

/** Set after an interrupted apply: objects may exist that no state has. `null` again once all are settled. */
export const uncertaintySchema = z.object({
  jobId: z.string(),
  since: z.string(),
  reason: z.string(),
  /** Unresolved orphans, see `GET /api/deploy/orphans/{projectId}`: each may or may not exist. */
  unrecorded: z.array(
    z.object({
      orphanId: z.string(),
      /** `null` if the object matches no planned resource. */
      address: z.string().nullable(),
      type: z.string(),
      /** Whether Terraform had begun to create it. */
      started: z.boolean(),
      /** The id to import it by, if known. */
      importId: z.string().nullable(),
    }),
  ),
});
export type Uncertainty = z.infer<typeof uncertaintySchema>;

export const infrastructureSchema = z.object({
  projectId: z.string(),
  deploymentStatus: deploymentStatusSchema,
  deploymentJobId: z.string().nullable(),
  deploymentOutputs: outputsSchema,
  terraformState: z.record(z.string(), z.unknown()).nullable(),
  /** `null` while the state is known to be complete; names the newest of several interrupted applies. */
  stateUncertain: uncertaintySchema.nullable(),
  /** When the project destroys itself because of `ttlSeconds`; `null` without one. */
  destroyAt: z.string().nullable(),
  /** `null` for a project that was never deployed or planned. */
  lastUpdated: z.string().nullable(),
});

export const projectOutputsSchema = z.object({
  projectId: z.string(),
  outputs: outputsSchema,
  message: z.string(),
});

export const projectSummarySchema = z.object({
  projectId: z.string(),
  deploymentStatus: deploymentStatusSchema,
  lastJobId: z.string().nullable(),
  revision: z.number().int().nullable(),
  createdAt: z.string(),
  lastUpdated: z.string(),
});
export const projectPageSchema = z.object({
  projects: z.array(projectSummarySchema),
  nextCursor: z.string().nullable(),
});

export const projectEndpoints = {
  infrastructure: endpoint({
    method: 'get',
    path: '/api/deploy/infrastructure/{projectId}',
    operationId: 'getInfrastructure',
    redaction: 'handler',
    tag: 'Projects',
    summary: 'What a project has deployed',
    role: 'viewer',
    params: projectParams,
    query: z.object({
      /** Redacts the state also for a caller who may see it raw. */
      redacted: z.stringbool().default(false),
    }),
    status: 200,
    answer: infrastructureSchema,
    problems: ['invalid_request', 'project_not_found'],
  }),
  outputs: endpoint({
    method: 'get',
    path: '/api/deploy/outputs/{projectId}',
    operationId: 'getOutputs',
    redaction: 'handler',
    tag: 'Projects',
    summary: "A project's Terraform outputs; sensitive values need the role deployer and `sensitive=true`",
    role: 'viewer',
    params: projectParams,
    query: z.strictObject({
      /** Returns sensitive outputs in plain text. */
      sensitive: z.stringbool().default(false),
    }),
    status: 200,
    answer: projectOutputsSchema,
    problems: ['invalid_request', 'forbidden', 'project_not_found'],
  }),
  projects: endpoint({
    method: 'get',
    path: '/api/deploy/projects',
    operationId: 'listProjects',
    tag: 'Projects',
    summary: 'Projects by id',
    role: 'viewer',
    scope: 'any',
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: projectPageSchema,
    problems: ['invalid_request'],
  }),
  deleteProject: endpoint({
    method: 'delete',
    path: '/api/deploy/projects/{projectId}',
    operationId: 'deleteProject',
    tag: 'Projects',
    summary:
      'Delete all data of a project that has nothing deployed; force leaves its resources in the cloud',
    role: 'admin',
    params: projectParams,
    query: z.strictObject({
      /** Deletes the project even if it has resources: they stay in the cloud without a record. */
      force: z.stringbool().default(false),
    }),
    status: 200,
    answer: z.object({
      projectId: z.string(),
      /** Resources that stay in the cloud. */
      resourcesLeft: z.number().int(),
      message: z.string(),
    }),
    problems: ['invalid_request', 'project_not_found', 'project_busy', 'project_deployed'],
  }),
} as const satisfies Record<string, Endpoint>;
