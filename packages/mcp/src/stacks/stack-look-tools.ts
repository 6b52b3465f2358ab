import { pipelineIdSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import { counted, countedPage } from '../answer/counted.ts';
import { afterStart } from '../call/after-start.ts';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import { problemData } from '../call/problems.ts';
import {
  cursor,
  looks,
  maxBytes,
  records,
  type Tool,
  type ToolAnswer,
  tool,
  waitSeconds,
} from '../call/tool.ts';
import { waitForPipeline } from '../call/wait.ts';
import { pipelineAnswer } from './pipeline-answer.ts';
import { environment, repositoryBody, repositoryInput, scope, stack } from './stack-input.ts';

function stackValidate(hasFolders: boolean): Tool {
  return tool({
    name: 'stack_validate',
    title: 'Validate a stack',
    description:
      'Resolves a stack of a deployment repository to components and waves, or to all its errors at once with file, line, code and remedy. Stores nothing.',
    annotations: looks,
    input: z.object({ stack, environment: environment.optional(), ...repositoryInput(hasFolders), maxBytes }),
    async run({ stack: name, environment: env, ...given }, call) {
      const body = { environment: env, ...(await repositoryBody(call, given)) };
      const checked = await call.client.validateStack({ params: { stack: name }, body });
      const { data, says, repeated } = problemData(call, { subject: name }, checked.errors, checked.warnings);
      const { valid, errors, warnings, components, waves } = checked;
      return {
        says: [
          `The stack is ${valid ? 'valid' : 'not valid'}: ${counted(errors.length, 'error')}, ${counted(warnings.length, 'warning')}.`,
          ...says,
        ],
        facts: { valid, errors: errors.length, warnings: warnings.length, repeated },
        data: { ...(data.length > 0 ? { diagnostics: data } : {}), components, waves },
      };
    },
  });
}

const listStacks = tool({
  name: 'list_stacks',
  title: 'List stacks',
  description: 'Stacks that this key may see, with their environments.',
  annotations: looks,
  input: z.object({ cursor, maxBytes }),
  async run({ cursor: after }, call) {
    const page = await call.client.stacks({ query: { cursor: after, limit: 100 } });
    return {
      says: [countedPage(page.stacks.length, 'stack environment', page.nextCursor)],
      facts: { stacks: page.stacks.length, nextCursor: page.nextCursor },
      data: page,
    };
  },
});

const stackStatus = tool({
  name: 'stack_status',
  title: 'Status of a stack or pipeline',
  description:
    'Status of every component in an environment; or of a pipeline, waiting for its end if it is still at work.',
  annotations: looks,
  input: z.object({
    pipelineId: pipelineIdSchema.optional(),
    stack: stack.optional(),
    environment: environment.optional(),
    waitSeconds,
    maxBytes,
  }),
  async run({ pipelineId, stack: name, environment: env, waitSeconds: seconds }, call) {
    if (pipelineId !== undefined)
      return pipelineAnswer(call, await waitForPipeline(call, pipelineId, seconds));
    if (name === undefined || env === undefined)
      throw new CallError('asking for a status: give pipelineId, or stack and environment');
    return environmentAnswer(call, { stack: name, environment: env });
  },
});

async function environmentAnswer(call: Call, params: { stack: string; environment: string }) {
  const answer = await call.client.stackEnvironment({ params });
  const { status, components, activePipelineId, lastPipelineId } = answer;
  return {
    says: [`${counted(components.length, 'component')}; the environment is ${status}.`],
    facts: { status, components: components.length, activePipelineId, lastPipelineId },
    data: {
      destroyAt: answer.destroyAt,
      components: components.map(({ component, kind, status: stands, updatedAt, projectId }) => ({
        component,
        kind,
        status: stands,
        updatedAt,
        projectId,
      })),
    },
  };
}

const stackOutputs = tool({
  name: 'stack_outputs',
  title: 'Outputs of a stack',
  description: 'Outputs of a stack and of its components; sensitive ones read (sensitive).',
  annotations: looks,
  input: z.object({ stack, environment, maxBytes }),
  async run({ stack: name, environment: env }, call) {
    const { outputs, components } = await call.client.stackOutputs({
      params: { stack: name, environment: env },
    });
    return {
      says: [
        `${counted(Object.keys(outputs).length, 'output')}, ${counted(components.length, 'component')}.`,
      ],
      facts: { outputs: Object.keys(outputs).length },
      data: { outputs, components },
    };
  },
});

const stackHistory = tool({
  name: 'stack_history',
  title: 'Pipelines of a stack',
  description: 'Pipelines of a stack in an environment, newest first; stack_rollback takes their ids.',
  annotations: looks,
  input: z.object({ stack, environment, cursor, maxBytes }),
  async run({ stack: name, environment: env, cursor: after }, call) {
    const page = await call.client.stackHistory({
      params: { stack: name, environment: env },
      query: { cursor: after, limit: 20 },
    });
    return {
      says: [countedPage(page.pipelines.length, 'pipeline', page.nextCursor)],
      facts: { pipelines: page.pipelines.length, nextCursor: page.nextCursor },
      data: page,
    };
  },
});

const stackDrift = tool({
  name: 'stack_drift',
  title: 'Check a stack for drift',
  description:
    'Compares what a stack has deployed with the real objects. Changes neither; check: false answers the last result.',
  annotations: records,
  input: z.object({
    stack,
    environment,
    ...scope,
    check: z.boolean().default(true),
    waitSeconds,
    maxBytes,
  }),
  async run({ stack: name, environment: env, service, component, check, waitSeconds: seconds }, call) {
    const place = { stack: name, environment: env };
    if (!check) return driftAnswer(call, place);
    const body = { environment: env, service, component };
    const { pipelineId: id } = await call.client.driftStack({ params: { stack: name }, body });
    return afterStart({ of: 'pipeline', id }, async () => {
      const pipeline = await waitForPipeline(call, id, seconds);
      return pipeline.status === 'completed' ? driftAnswer(call, place) : pipelineAnswer(call, pipeline);
    });
  },
});

async function driftAnswer(
  { client }: Call,
  params: { stack: string; environment: string },
): Promise<ToolAnswer> {
  const { status, components, rules } = await client.stackDrift({ params });
  const drifted = components.filter((component) => component.status === 'drifted');
  return {
    says: [`The stack is ${status}: ${counted(drifted.length, 'component')} in drift.`],
    facts: { status, drifted: drifted.length },
    data: { components: drifted, ignoreRules: rules.length },
  };
}

const listKinds = tool({
  name: 'list_kinds',
  title: 'Kinds of components',
  description: 'Kinds that a component of a stack may have; with a name, the schema of that kind.',
  annotations: looks,
  input: z.object({ kind: z.string().max(100).optional().describe('For example SQS'), maxBytes }),
  async run({ kind }, call) {
    if (kind !== undefined) {
      const found = await call.client.kind({ params: { kind } });
      return { says: ['The kind with its schema.'], facts: {}, data: found };
    }
    const { kinds } = await call.client.kinds();
    return { says: [`${counted(kinds.length, 'kind')}.`], facts: { kinds: kinds.length }, data: { kinds } };
  },
});

/** Tools that look at stacks. */
export function stackLookTools(hasFolders: boolean): Tool[] {
  return [
    stackValidate(hasFolders),
    listStacks,
    stackStatus,
    stackOutputs,
    stackHistory,
    stackDrift,
    listKinds,
  ];
}
