import { pipelineIdSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import { approvesOnly } from '../call/approves-only.ts';
import type { Call } from '../call/call.ts';
import { CallError } from '../call/call-error.ts';
import {
  changes,
  maxBytes,
  message,
  records,
  type Tool,
  type ToolAnswer,
  tool,
  waitSeconds,
} from '../call/tool.ts';
import { approvedPipeline, approvePipeline } from './approve.ts';
import { followedPipeline } from './followed-pipeline.ts';
import { environment, repositoryBody, repositoryInput, scope, stack } from './stack-input.ts';

const howToApprove =
  'To apply exactly the plans that it answers, call it again with the pipelineId and planDigest of the answer, and nothing else, once the user agrees.';
const shared = { ...approvedPipeline, waitSeconds, maxBytes };

/** Tools that change stacks. None applies plans that nobody has approved by their digest. */
export function stackDeployTools(hasFolders: boolean): Tool[] {
  return [stackPlan(hasFolders), stackDeploy(hasFolders), stackDestroy, stackRollback];
}

function stackPlan(hasFolders: boolean): Tool {
  return tool({
    name: 'stack_plan',
    title: 'Plan a stack',
    description:
      'Shows what a deploy of a stack would change, as a whole: components, resources, costs. Changes nothing in the cloud.',
    annotations: records,
    input: z.object({ stack, environment, ...repositoryInput(hasFolders), ...scope, waitSeconds, maxBytes }),
    async run({ stack: name, environment: env, service, component, waitSeconds: seconds, ...given }, call) {
      const body = { environment: env, service, component, ...(await repositoryBody(call, given)) };
      const { pipelineId } = await call.client.planStack({ params: { stack: name }, body });
      return followedPipeline(call, pipelineId, seconds);
    },
  });
}

function stackDeploy(hasFolders: boolean): Tool {
  return tool({
    name: 'stack_deploy',
    title: 'Deploy a stack',
    description: `Plans a deploy of a stack, a service or a component, and stops. ${howToApprove}`,
    annotations: changes,
    input: z.object({
      stack: stack.optional(),
      environment: environment.optional(),
      ...repositoryInput(hasFolders),
      ...scope,
      message,
      ...shared,
    }),
    run: ({ service, component, message: why, files, folder, variables, ...asked }, call) => {
      const others = { service, component, message: why, files, folder, variables };
      return startOrApprove(call, 'stack_deploy', { ...asked, others }, async (name, env) => {
        const code = await repositoryBody(call, { files, folder, variables });
        const body = { environment: env, service, component, message: why, ...code };
        return call.client.applyStack({ params: { stack: name }, body });
      });
    },
  });
}

const stackDestroy = tool({
  name: 'stack_destroy',
  title: 'Destroy a stack',
  description: `Plans to destroy what a stack, a service or a component has deployed, and stops. ${howToApprove}`,
  annotations: changes,
  input: z.object({
    stack: stack.optional(),
    environment: environment.optional(),
    ...scope,
    ...shared,
  }),
  run: ({ service, component, ...asked }, call) =>
    startOrApprove(call, 'stack_destroy', { ...asked, others: { service, component } }, (name, env) =>
      call.client.destroyStack({
        params: { stack: name },
        body: { environment: env, service, component },
      }),
    ),
});

const stackRollback = tool({
  name: 'stack_rollback',
  title: 'Roll a stack back',
  description: `Plans to deploy again what an earlier pipeline had deployed, by default the one before, and stops. Data does not come back. ${howToApprove}`,
  annotations: changes,
  input: z.object({
    stack: stack.optional(),
    environment: environment.optional(),
    ...scope,
    toPipeline: pipelineIdSchema.optional().describe('From stack_history'),
    ...shared,
  }),
  run: ({ service, component, toPipeline, ...asked }, call) =>
    startOrApprove(
      call,
      'stack_rollback',
      { ...asked, others: { service, component, toPipeline } },
      (name, env) =>
        call.client.rollbackStack({
          params: { stack: name },
          body: { environment: env, service, component, toPipeline },
        }),
    ),
});

type Asked = {
  stack?: string | undefined;
  environment?: string | undefined;
  pipelineId?: string | undefined;
  planDigest?: string | undefined;
  waitSeconds: number;
  /** What plans are made of, which a call that approves some must not give. */
  others: Record<string, unknown>;
};

async function startOrApprove(
  call: Call,
  toolName: string,
  { stack: name, environment: env, pipelineId, planDigest, waitSeconds: seconds, others }: Asked,
  start: (stack: string, environment: string) => Promise<{ pipelineId: string }>,
): Promise<ToolAnswer> {
  if (pipelineId !== undefined && planDigest !== undefined) {
    approvesOnly('pipelineId', others);
    return approvePipeline(
      call,
      { pipelineId, planDigest },
      { toolName, stack: name, environment: env, seconds },
    );
  }
  if (pipelineId !== undefined || planDigest !== undefined)
    throw new CallError(`approving plans: give both pipelineId and planDigest, as ${toolName} answered them`);
  if (name === undefined || env === undefined)
    throw new CallError(`planning with ${toolName}: give stack and environment`);
  const started = await start(name, env);
  return followedPipeline(call, started.pipelineId, seconds);
}
