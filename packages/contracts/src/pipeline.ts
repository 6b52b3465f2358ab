import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { createProblems } from './job/create-job.ts';
import { cursor, limit } from './paging.ts';
import { planSummarySchema } from './plan.ts';
import { environmentName, pipelineIdSchema, stackName, stackParams, stackRepository } from './stack-names.ts';

export const pipelineTypes = ['plan', 'apply', 'destroy', 'rollback', 'drift'] as const;
export type PipelineType = (typeof pipelineTypes)[number];

/**
 * `partial`: it ended with components that failed and others that were deployed. `pending`: it waits for its turn,
 * because another pipeline holds a part of its scope.
 */
export const pipelineStatuses = [
  'pending',
  'planning',
  'awaiting_approval',
  'applying',
  'completed',
  'partial',
  'failed',
  'cancelled',
] as const;
export type PipelineStatus = (typeof pipelineStatuses)[number];

export function isPipelineFinished(status: PipelineStatus): boolean {
  return status === 'completed' || status === 'partial' || status === 'failed' || status === 'cancelled';
}

/** `unchanged`: nothing had to run. `skipped`: something it depends on has failed, or the pipeline stopped before it. */
export const taskStatuses = [
  'pending',
  'planning',
  'planned',
  'ready',
  'applying',
  'awaiting_approval',
  'succeeded',
  'unchanged',
  'failed',
  'skipped',
  'cancelled',
] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** `deploy` creates or changes a component, `destroy` removes what it has, `check` looks for drift. */
export const taskActions = ['deploy', 'destroy', 'check'] as const;
export type TaskAction = (typeof taskActions)[number];

export const pipelineParams = z.object({ pipelineId: pipelineIdSchema });
const environmentParams = z.object({ stack: stackName, environment: environmentName });

/** A service, or a component (`service/component`, all its regions); without both the whole stack. */
const scope = {
  service: z.string().max(63).optional().meta({ example: 'notification-service' }),
  component: z.string().max(200).optional().meta({ example: 'notification-service/api' }),
};
const source = z
  .strictObject({
    commit: z.string().max(100).optional(),
    branch: z.string().max(250).optional(),
    /** Address or number of the CI run. */
    ciRun: z.string().max(500).optional(),
  })
  .meta({ description: 'Where the repository comes from; shown in the history.' });

const conduct = {
  /** False stops once all plans are ready. What needs an approval waits in any case. */
  autoApprove: z.boolean().default(false),
  /** After a failure: start nothing more, go on with what does not depend on it, or go back to what was deployed. */
  onError: z.enum(['stop', 'continue', 'rollback']).default('stop'),
  /** `waves`: a wave starts when the one before has ended. `ready`: a component starts when all it needs is deployed. */
  schedule: z.enum(['waves', 'ready']).default('waves'),
  /** Components at work at the same time. */
  parallelism: z.number().int().min(1).max(50).default(10),
  /** False refuses the request with 409 if another pipeline holds a part of the scope; else it waits for its turn. */
  wait: z.boolean().default(true),
  message: z.string().max(500).optional(),
  source: source.optional(),
};

const code = {
  files: stackRepository.files.optional(),
  folders: stackRepository.folders,
  /** Number of a stored repository of this stack, instead of files. */
  revision: z.number().int().positive().optional(),
  variables: stackRepository.variables,
  environment: environmentName,
  ...scope,
};

function requireOneRepository(
  body: { files?: unknown; revision?: unknown },
  context: { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void },
): void {
  if ((body.files === undefined) === (body.revision === undefined))
    context.addIssue({ code: 'custom', path: ['files'], message: 'give either files or revision' });
}

export const planStackRequestSchema = z
  .strictObject({
    ...code,
    refresh: z.boolean().default(false),
    message: conduct.message,
    source: conduct.source,
  })
  .superRefine(requireOneRepository);

export const applyStackRequestSchema = z
  .strictObject({
    ...code,
    ...conduct,
    /** Plans also components for which nothing has changed. */
    refresh: z.boolean().default(false),
    /** Destroys components that the repository no longer has without an approval of their own. */
    prune: z.boolean().default(false),
    /** Adds what the scope needs and is not deployed. */
    withDependencies: z.boolean().default(false),
    /** Adds what needs the scope. */
    withDependents: z.boolean().default(false),
  })
  .superRefine(requireOneRepository);

export const destroyStackRequestSchema = z.strictObject({
  environment: environmentName,
  ...scope,
  ...conduct,
  /** Adds what needs the scope; without it, a destroy that would break others is refused. */
  withDependents: z.boolean().default(false),
});

export const rollbackStackRequestSchema = z.strictObject({
  environment: environmentName,
  ...scope,
  ...conduct,
  /** The pipeline to go back to; default: the last successful one before the current. */
  toPipeline: pipelineIdSchema.optional(),
});

export const driftStackRequestSchema = z.strictObject({
  environment: environmentName,
  ...scope,
  message: conduct.message,
});

export const promoteStackRequestSchema = z.strictObject({
  from: environmentName,
  to: environmentName,
  ...conduct,
  variables: stackRepository.variables,
  /** Deploys although the version has skipped an environment of `spec.promotion`; the audit log keeps it. */
  override: z.boolean().default(false),
});

export const pipelineAcceptedSchema = z.object({
  pipelineId: pipelineIdSchema,
  status: z.literal('accepted'),
  message: z.string(),
});
export type PipelineAccepted = z.infer<typeof pipelineAcceptedSchema>;

const costSchema = z.object({
  /** Per month, before and after. */
  before: z.number(),
  after: z.number(),
  currency: z.string(),
});

export const fieldChangeSchema = z.object({
  /** A path like `spec.image.tag`. */
  path: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});

export const pipelineTaskSchema = z.object({
  /** `service/component`, with `@region` if the component names its regions. */
  component: z.string().meta({ example: 'notification-service/api' }),
  service: z.string(),
  kind: z.string(),
  region: z.string(),
  projectId: z.string(),
  /** 0 is the network. */
  wave: z.number().int(),
  dependsOn: z.array(z.string()),
  action: z.enum(taskActions),
  status: z.enum(taskStatuses),
  /** Why it has this status, in one line. */
  reason: z.string().nullable(),
  /** Whether it holds data that neither a rollback nor a new deploy brings back. */
  stateful: z.boolean(),
  /** What changes of the component's files since its last deploy. */
  changes: z.array(fieldChangeSchema),
  /** Changes of resources; `null` until it is planned. */
  plan: planSummarySchema.nullable(),
  /** Inputs that no plan can know yet; the real plan must be a refinement of this one. */
  pendingInputs: z.array(z.string()),
  cost: costSchema.nullable(),
  /** Findings that ask for an approval or stop the component. */
  findings: z.number().int(),
  /** The job that made the plan of the approval; `null` if the component is not planned by itself. */
  planJobId: z.string().nullable(),
  /** The job that deploys or destroys. */
  jobId: z.string().nullable(),
  /** Resources in drift; `null` if it was not checked. */
  drifted: z.number().int().nullable(),
  usualMinutes: z.number(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
export type PipelineTask = z.infer<typeof pipelineTaskSchema>;

const pipelineFacts = {
  pipelineId: pipelineIdSchema,
  stack: z.string(),
  environment: z.string(),
  type: z.enum(pipelineTypes),
  status: z.enum(pipelineStatuses),
  scope: z.object({ service: z.string().nullable(), component: z.string().nullable() }),
  /** Number of the stored repository; `null` for a destroy. */
  revision: z.number().int().nullable(),
  /** SHA-256 over all plans in order; an approval names it. `null` until all are made. */
  planDigest: z.string().nullable(),
  autoApprove: z.boolean(),
  /** Why a pending or waiting pipeline does not go on. */
  waitingReason: z.string().nullable(),
  error: z.string().nullable(),
  message: z.string().nullable(),
  source: z
    .object({
      commit: z.string().nullable(),
      branch: z.string().nullable(),
      ciRun: z.string().nullable(),
    })
    .nullable(),
  /** The pipeline whose result this one brings back; `null` unless it is a rollback. */
  rollbackTo: z.string().nullable(),
  createdBy: z.string(),
  approvedBy: z.string().nullable(),
  cancelRequested: z.boolean(),
  /** Components by what became of them. */
  counts: z.record(z.string(), z.number().int()).meta({ example: { succeeded: 2, unchanged: 10 } }),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
};
export const pipelineSummarySchema = z.object(pipelineFacts);
export type PipelineSummary = z.infer<typeof pipelineSummarySchema>;

export const pipelineViewSchema = z.object({
  ...pipelineFacts,
  /** Sum of all plans; `null` until one is made. */
  plan: planSummarySchema.nullable(),
  cost: costSchema.nullable(),
  /** Along the longest path of dependencies. */
  usualMinutes: z.number(),
  warnings: z.array(z.string()),
  components: z.array(pipelineTaskSchema),
});
export type PipelineView = z.infer<typeof pipelineViewSchema>;

export const stackSummarySchema = z.object({
  stack: z.string(),
  environment: z.string(),
  components: z.number().int(),
  lastPipelineId: z.string().nullable(),
  lastStatus: z.enum(pipelineStatuses).nullable(),
  updatedAt: z.string(),
});

export const deployedComponentSchema = z.object({
  component: z.string(),
  service: z.string(),
  kind: z.string(),
  region: z.string(),
  projectId: z.string(),
  dependsOn: z.array(z.string()),
  /** `outdated`: an output that it uses has changed since its last deploy. */
  status: z.enum(['deployed', 'outdated', 'failed', 'deploying', 'destroyed']),
  stateful: z.boolean(),
  revision: z.number().int().nullable(),
  pipelineId: z.string(),
  labels: z.record(z.string(), z.string()),
  createdAt: z.string(),
  updatedAt: z.string(),
});

export const stackEnvironmentSchema = z.object({
  stack: z.string(),
  environment: z.string(),
  status: z.enum(['deployed', 'deploying', 'failed', 'outdated', 'not_deployed']),
  /** The last pipeline, and the one at work. */
  lastPipelineId: z.string().nullable(),
  activePipelineId: z.string().nullable(),
  components: z.array(deployedComponentSchema),
});

export const stackLockSchema = z.object({
  /** `stack:X:env:Y`, with `:service:Z` or `:component:Z/W`. */
  key: z.string().meta({ example: 'stack:user-platform:env:production' }),
  pipelineId: pipelineIdSchema,
  holder: z.string(),
  acquiredAt: z.string(),
  /** When a gateway last worked on it. */
  heartbeatAt: z.string(),
  source: pipelineFacts.source,
  /** Pipelines that wait for it, in order. */
  waiting: z.array(z.string()),
});

const shared = {
  tag: 'Stacks',
  scope: 'any',
  status: 200,
} as const;
const creates = {
  ...shared,
  method: 'post',
  role: 'deployer',
  createsJob: true,
  redaction: 'handler',
  params: stackParams,
  status: 202,
  answer: pipelineAcceptedSchema,
} as const;
const refusals = [...createProblems, 'forbidden', 'payload_too_large', 'stack_locked'] as const;
const resolving = [
  ...refusals,
  'stack_invalid',
  'stack_revision_not_found',
  'no_capacity',
  'stack_too_complex',
] as const;
const ofPipeline = { ...shared, params: pipelineParams } as const;
const pipelineProblems = ['invalid_request', 'pipeline_not_found'] as const;
const ofEnvironment = { ...shared, method: 'get', role: 'viewer', params: environmentParams } as const;
const environmentProblems = ['invalid_request', 'stack_not_found'] as const;
const base = '/api/stacks/{stack}/environments/{environment}';

export const pipelineEndpoints = {
  planStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/plan',
    operationId: 'planStack',
    summary: 'Plan a stack, service or component as a whole; what is not known yet is planned as unknown',
    body: planStackRequestSchema,
    problems: resolving,
  }),
  applyStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/apply',
    operationId: 'applyStack',
    summary: 'Deploy a stack, service or component in waves, with one approval over all plans',
    body: applyStackRequestSchema,
    problems: [...resolving, 'dependencies_missing'],
  }),
  destroyStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/destroy',
    operationId: 'destroyStack',
    summary: 'Destroy what a stack, service or component has deployed, dependents first',
    body: destroyStackRequestSchema,
    problems: [...refusals, 'stack_not_found', 'dependents_remain'],
  }),
  rollbackStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/rollback',
    operationId: 'rollbackStack',
    summary: 'Deploy again what an earlier pipeline had deployed',
    body: rollbackStackRequestSchema,
    problems: [...refusals, 'stack_not_found', 'pipeline_not_found'],
  }),
  driftStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/drift',
    operationId: 'checkStackDrift',
    summary: 'Compare what is deployed with the real objects of all components',
    body: driftStackRequestSchema,
    problems: [...refusals, 'stack_not_found'],
  }),
  promoteStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/promote',
    operationId: 'promoteStack',
    summary: 'Deploy to an environment what another one runs: the same repository and variables',
    body: promoteStackRequestSchema,
    problems: [...resolving, 'stack_not_found', 'promotion_refused'],
  }),
  stacks: endpoint({
    ...shared,
    method: 'get',
    path: '/api/stacks',
    operationId: 'listStacks',
    summary: 'Stacks and their environments that have been deployed',
    role: 'viewer',
    redaction: 'handler',
    query: z.strictObject({ cursor, limit }),
    answer: z.object({ stacks: z.array(stackSummarySchema), nextCursor: z.string().nullable() }),
    problems: ['invalid_request'],
  }),
  stack: endpoint({
    ...shared,
    method: 'get',
    path: '/api/stacks/{stack}',
    operationId: 'getStack',
    summary: "A stack's environments",
    role: 'viewer',
    redaction: 'handler',
    params: stackParams,
    answer: z.object({ stack: z.string(), environments: z.array(stackSummarySchema) }),
    problems: environmentProblems,
  }),
  stackEnvironment: endpoint({
    ...ofEnvironment,
    path: base,
    operationId: 'getStackEnvironment',
    summary: 'Status of every component of a stack in an environment',
    redaction: 'handler',
    answer: stackEnvironmentSchema,
    problems: environmentProblems,
  }),
  stackEnvironmentGraph: endpoint({
    ...ofEnvironment,
    path: `${base}/graph`,
    operationId: 'getStackGraph',
    summary: 'Graph of what is deployed',
    redaction: 'handler',
    query: z.strictObject({ format: z.enum(['text', 'mermaid', 'dot', 'json']).default('text') }),
    answer: z.object({ stack: z.string(), environment: z.string(), format: z.string(), drawing: z.string() }),
    problems: environmentProblems,
  }),
  stackHistory: endpoint({
    ...ofEnvironment,
    path: `${base}/history`,
    operationId: 'getStackHistory',
    summary: 'Pipelines of a stack in an environment, newest first',
    query: z.strictObject({ cursor, limit }),
    answer: z.object({ pipelines: z.array(pipelineSummarySchema), nextCursor: z.string().nullable() }),
    problems: environmentProblems,
  }),
  stackOutputs: endpoint({
    ...ofEnvironment,
    path: `${base}/outputs`,
    operationId: 'getStackOutputs',
    summary: 'Outputs of the stack, and of its components; sensitive ones read (sensitive)',
    answer: z.object({
      stack: z.string(),
      environment: z.string(),
      outputs: z.record(z.string(), z.unknown()),
      components: z.array(
        z.object({
          component: z.string(),
          projectId: z.string(),
          outputs: z.record(z.string(), z.unknown()),
        }),
      ),
    }),
    problems: environmentProblems,
  }),
  stackState: endpoint({
    ...ofEnvironment,
    path: `${base}/state`,
    operationId: 'getStackState',
    summary: 'State document of a stack in an environment, as one document',
    answer: z.record(z.string(), z.unknown()),
    problems: environmentProblems,
  }),
  stackLocks: endpoint({
    ...ofEnvironment,
    path: `${base}/locks`,
    operationId: 'getStackLocks',
    summary: 'Who holds a stack, service or component, and who waits for it',
    redaction: 'handler',
    answer: z.object({ locks: z.array(stackLockSchema) }),
    problems: environmentProblems,
  }),
  unlockStack: endpoint({
    ...shared,
    method: 'post',
    path: `${base}/unlock`,
    operationId: 'unlockStack',
    summary: 'End a stuck pipeline; a component whose Terraform may still run stays held',
    role: 'admin',
    redaction: 'handler',
    params: environmentParams,
    body: z.strictObject({ pipelineId: pipelineIdSchema, force: z.literal(true) }),
    answer: z.object({ pipelineId: pipelineIdSchema, message: z.string() }),
    problems: [...environmentProblems, 'pipeline_not_found', 'pipeline_finished'],
  }),
  pipelines: endpoint({
    ...shared,
    method: 'get',
    path: '/api/stacks/pipelines',
    operationId: 'listPipelines',
    summary: 'Pipelines, newest first',
    role: 'viewer',
    query: z.strictObject({
      stack: stackName.optional(),
      environment: environmentName.optional(),
      status: z.enum(pipelineStatuses).optional(),
      cursor,
      limit,
    }),
    answer: z.object({ pipelines: z.array(pipelineSummarySchema), nextCursor: z.string().nullable() }),
    problems: ['invalid_request'],
  }),
  pipeline: endpoint({
    ...ofPipeline,
    method: 'get',
    path: '/api/stacks/pipelines/{pipelineId}',
    operationId: 'getPipeline',
    summary: 'A pipeline with its components: status, plans, changes, costs',
    role: 'viewer',
    answer: pipelineViewSchema,
    problems: pipelineProblems,
  }),
  pipelineEvents: endpoint({
    ...ofPipeline,
    method: 'get',
    path: '/api/stacks/pipelines/{pipelineId}/events',
    operationId: 'streamPipelineEvents',
    summary:
      'Server-sent events of a pipeline and of all its jobs, each with its component; Last-Event-ID resumes without gap or duplicate',
    role: 'viewer',
    answer: 'text/event-stream',
    problems: pipelineProblems,
  }),
  approvePipeline: endpoint({
    ...ofPipeline,
    method: 'post',
    path: '/api/stacks/pipelines/{pipelineId}/approve',
    operationId: 'approvePipeline',
    summary: 'Approve all plans of a pipeline at once, or those that differ from what was approved',
    role: 'approver',
    redaction: 'handler',
    body: z.strictObject({
      /** From the pipeline's `planDigest`. */
      planDigest: z.string().regex(/^[0-9a-f]{64}$/, 'a plan digest is 64 hex digits'),
    }),
    status: 202,
    answer: pipelineAcceptedSchema,
    problems: [
      ...pipelineProblems,
      'forbidden',
      'pipeline_not_awaiting_approval',
      'self_approval',
      'plan_digest_mismatch',
      'plan_stale',
    ],
  }),
  cancelPipeline: endpoint({
    ...ofPipeline,
    method: 'post',
    path: '/api/stacks/pipelines/{pipelineId}/cancel',
    operationId: 'cancelPipeline',
    summary: 'Start nothing more, and cancel what runs',
    role: 'deployer',
    redaction: 'handler',
    body: z.strictObject({ graceSeconds: z.number().min(0).max(3600).optional() }),
    status: 202,
    answer: pipelineAcceptedSchema,
    problems: [...pipelineProblems, 'forbidden', 'pipeline_finished'],
  }),
  resumePipeline: endpoint({
    ...ofPipeline,
    method: 'post',
    path: '/api/stacks/pipelines/{pipelineId}/resume',
    operationId: 'resumePipeline',
    summary: 'Deploy what a failed or cancelled pipeline has not deployed',
    role: 'deployer',
    createsJob: true,
    redaction: 'handler',
    body: z.strictObject({ autoApprove: z.boolean().default(false) }),
    status: 202,
    answer: pipelineAcceptedSchema,
    problems: [
      ...pipelineProblems,
      'forbidden',
      'idempotency_key_reused',
      'pipeline_not_resumable',
      'stack_locked',
    ],
  }),
} as const satisfies Record<string, Endpoint>;

/** Events of a pipeline itself; those of its jobs have `component` and `jobId` beside the fields of a job's events. */
export const pipelineEventBodySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pipeline_status'), status: z.enum(pipelineStatuses), message: z.string() }),
  z.object({
    type: z.literal('task_status'),
    component: z.string(),
    action: z.enum(taskActions),
    status: z.enum(taskStatuses),
    message: z.string(),
  }),
]);
export type PipelineEventBody = z.infer<typeof pipelineEventBodySchema>;
