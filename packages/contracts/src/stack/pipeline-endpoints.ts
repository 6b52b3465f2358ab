import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { cursor, limit } from '../paging.ts';
import { environmentName, stackName } from './names.ts';
import {
  pipelineAcceptedSchema,
  pipelineParams,
  pipelineStatuses,
  pipelineSummarySchema,
  pipelineViewSchema,
  sentPipelineEventSchema,
} from './pipeline.ts';

const shared = {
  tag: 'Stacks',
  scope: 'any',
  status: 200,
} as const;
const ofPipeline = { ...shared, params: pipelineParams } as const;
const pipelineProblems = ['invalid_request', 'pipeline_not_found'] as const;

export const pipelineEndpoints = {
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
    event: sentPipelineEventSchema,
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
      'key_limited',
      'idempotency_key_reused',
      'pipeline_not_resumable',
      'stack_locked',
    ],
  }),
} as const satisfies Record<string, Endpoint>;
