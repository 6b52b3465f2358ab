import { z } from 'zod';
import { pipelineStatuses, sourceViewSchema } from './pipeline.ts';
import { pipelineIdSchema } from './pipeline-id.ts';

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
  /** When it destroys itself because of `ttlSeconds`; `null` without one. */
  destroyAt: z.string().nullable(),
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
  source: sourceViewSchema,
  /** Pipelines that wait for it, in order. */
  waiting: z.array(z.string()),
});
