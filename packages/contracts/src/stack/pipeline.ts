import { z } from 'zod';
import { jobEventBodySchema } from '../job/events.ts';
import { planSummarySchema } from '../plan-summary.ts';
import { policyModeSchema, policySeveritySchema } from '../policy/findings.ts';
import { pipelineIdSchema } from './pipeline-id.ts';

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
  /** Missing if the field is. */
  before: z.unknown().optional(),
  after: z.unknown().optional(),
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

export const sourceViewSchema = z
  .object({ commit: z.string().nullable(), branch: z.string().nullable(), ciRun: z.string().nullable() })
  .nullable();

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
  source: sourceViewSchema,
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

/** A component that does not meet a requirement; the place is that of the value. */
export const complianceFindingSchema = z.object({
  /** `COMPLIANCE-` and the requirement's name. */
  id: z.string().meta({ example: 'COMPLIANCE-BACKUPS-KEPT' }),
  severity: policySeveritySchema,
  /** By the operator's profile; `approve` asks for an approval whatever the request says. */
  mode: policyModeSchema,
  component: z.string().meta({ example: 'notification-service/database' }),
  field: z.string().meta({ example: 'spec.backup.retentionDays' }),
  message: z.string(),
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
});
export type ComplianceFinding = z.infer<typeof complianceFindingSchema>;

export const pipelineViewSchema = z.object({
  ...pipelineFacts,
  /** Sum of all plans; `null` until one is made. */
  plan: planSummarySchema.nullable(),
  cost: costSchema.nullable(),
  /** Along the longest path of dependencies. */
  usualMinutes: z.number(),
  warnings: z.array(z.string()),
  /** What does not meet the requirements of the stack's files of kind Compliance. */
  compliance: z.array(complianceFindingSchema),
  components: z.array(pipelineTaskSchema),
});
export type PipelineView = z.infer<typeof pipelineViewSchema>;

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

/** The event as it is sent to listeners; `seq` counts within the pipeline, or within the job. */
export const sentPipelineEventSchema = z
  .object({ seq: z.number().int(), at: z.string() })
  .and(
    z.union([
      pipelineEventBodySchema,
      z.object({ component: z.string(), jobId: z.string() }).and(jobEventBodySchema),
    ]),
  );
export type SentPipelineEvent = z.infer<typeof sentPipelineEventSchema>;
