import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { cursor, limit } from '../paging.ts';
import { environmentName, stackName } from './names.ts';
import { pipelineIdSchema } from './pipeline-id.ts';
import { scopeFields } from './requests.ts';

export const snapshotIdSchema = z
  .string()
  .regex(/^snapshot-[0-9a-f]{16}$/, 'a snapshot id looks like snapshot-0123456789abcdef');

/** The state versions that the components of an environment had at a time. */
export const stackSnapshotSchema = z.object({
  snapshotId: snapshotIdSchema,
  stack: z.string(),
  environment: z.string(),
  /** The completed pipeline that it was taken after; `null` if somebody asked for it. */
  pipelineId: pipelineIdSchema.nullable(),
  message: z.string().nullable(),
  createdBy: z.string(),
  createdAt: z.string(),
  components: z.array(
    z.object({
      component: z.string(),
      projectId: z.string(),
      stateVersion: z.number().int(),
      serial: z.number().int(),
      /** False once the version was pruned: the component can't be restored from this snapshot. */
      kept: z.boolean(),
    }),
  ),
});
export type StackSnapshot = z.infer<typeof stackSnapshotSchema>;

export const restoreStackRequestSchema = z
  .strictObject({
    ...scopeFields,
    snapshotId: snapshotIdSchema.optional(),
    /** The state of this time, in ISO 8601. */
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .superRefine(({ snapshotId, at }, context) => {
    if ((snapshotId === undefined) === (at === undefined))
      context.addIssue({ code: 'custom', path: ['snapshotId'], message: 'give either snapshotId or at' });
  });

export const stackRestoredSchema = z.object({
  stack: z.string(),
  environment: z.string(),
  components: z.array(
    z.object({
      component: z.string(),
      projectId: z.string(),
      /** `unchanged`: its newest state is that one. `skipped`: there is nothing to restore; `reason` says why. */
      status: z.enum(['restored', 'unchanged', 'skipped']),
      reason: z.string().nullable(),
      /** The version that was restored, and the new one with its content; `null` unless it was. */
      stateVersion: z.number().int().nullable(),
      newVersion: z.number().int().nullable(),
    }),
  ),
  message: z.string(),
});
export type StackRestored = z.infer<typeof stackRestoredSchema>;

const shared = {
  tag: 'Stacks',
  scope: 'any',
  redaction: 'handler',
  params: z.object({ stack: stackName, environment: environmentName }),
} as const;
const base = '/api/stacks/{stack}/environments/{environment}';
const problems = ['invalid_request', 'stack_not_found'] as const;

export const snapshotEndpoints = {
  stackSnapshots: endpoint({
    ...shared,
    method: 'get',
    path: `${base}/snapshots`,
    operationId: 'listStackSnapshots',
    summary: 'Snapshots of the states of a stack in an environment, newest first',
    role: 'viewer',
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: z.object({ snapshots: z.array(stackSnapshotSchema), nextCursor: z.string().nullable() }),
    problems,
  }),
  takeStackSnapshot: endpoint({
    ...shared,
    method: 'post',
    path: `${base}/snapshots`,
    operationId: 'takeStackSnapshot',
    summary: 'Note the state versions of all components; every completed pipeline does so too',
    role: 'deployer',
    body: z.strictObject({ message: z.string().max(500).optional() }),
    status: 201,
    answer: stackSnapshotSchema,
    problems: [...problems, 'forbidden'],
  }),
  restoreStack: endpoint({
    ...shared,
    method: 'post',
    path: `${base}/restore`,
    operationId: 'restoreStack',
    summary: 'Put the states of a stack, service or component back to those of a snapshot or a time',
    role: 'admin',
    body: restoreStackRequestSchema,
    status: 200,
    answer: stackRestoredSchema,
    problems: [
      ...problems,
      'forbidden',
      'key_limited',
      'snapshot_not_found',
      'state_version_not_found',
      'stack_locked',
      'project_busy',
    ],
  }),
} as const satisfies Record<string, Endpoint>;
