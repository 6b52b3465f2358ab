import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { cursor, limit } from '../paging.ts';
import { stackEnvironmentSchema, stackLockSchema, stackSummarySchema } from './environment.ts';
import { environmentName, stackName, stackParams } from './names.ts';
import { pipelineSummarySchema } from './pipeline.ts';
import { pipelineIdSchema } from './pipeline-id.ts';

const environmentParams = z.object({ stack: stackName, environment: environmentName });
const shared = {
  tag: 'Stacks',
  scope: 'any',
  status: 200,
} as const;
const ofEnvironment = { ...shared, method: 'get', role: 'viewer', params: environmentParams } as const;
const environmentProblems = ['invalid_request', 'stack_not_found'] as const;
const base = '/api/stacks/{stack}/environments/{environment}';

export const environmentEndpoints = {
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
    problems: [...environmentProblems, 'forbidden', 'pipeline_not_found', 'pipeline_finished'],
  }),
} as const satisfies Record<string, Endpoint>;
