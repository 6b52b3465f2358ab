import { endpoints, maxRepositoryBodyBytes } from '@deployment-engine/contracts';
import type { Request, Router } from 'express';
import type { Principal } from '../access/principal.ts';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import { jsonBody } from '../http/json-body.ts';
import { route } from '../http/route.ts';
import { idempotentRequest } from '../jobs/idempotency.ts';
import { withoutArchive } from '../stacks/archive.ts';
import { approvePipeline } from './approve.ts';
import { cancelPipeline } from './cancel.ts';
import { createRemediation, createResumption, createRollbackPipeline } from './create/again.ts';
import { createCodePipeline } from './create/code.ts';
import { createDestroyPipeline, createDriftPipeline } from './create/follow-ups.ts';
import type { AskedPipeline } from './create/new-pipeline.ts';
import { createPromotion } from './create/promote.ts';
import { listPipelines } from './environment/lists.ts';
import { presentPipeline, withoutHidden } from './present.ts';
import { defaultSettings, type PipelineSettings } from './rows.ts';
import { streamPipelineEvents } from './sse.ts';
import { readVisible, shownJobsOf } from './store.ts';

const readBody = [jsonBody(maxRepositoryBodyBytes)];

/** Operations that start pipelines, and those on a pipeline. */
export function pipelineRoutes(router: Router, context: Context): void {
  codeRoutes(router, context);
  followUpPipelineRoutes(router, context);
  onePipelineRoutes(router, context);
}

function codeRoutes(router: Router, context: Context): void {
  route(
    router,
    endpoints.planStack,
    async (input) => {
      const { refresh, ...body } = await withoutArchive(input.body);
      const settings = { ...defaultSettings, refresh };
      const request = {
        ...input.params,
        ...body,
        settings,
        onError: 'continue' as const,
        wait: true,
        withDependencies: true,
        withDependents: false,
      };
      return createCodePipeline(context, 'plan', request, asked(input, 'planStack'));
    },
    readBody,
  );
  route(
    router,
    endpoints.applyStack,
    async (input) => {
      const body = await withoutArchive(input.body);
      const request = { ...input.params, ...body, settings: conduct(body) };
      return createCodePipeline(context, 'apply', request, asked(input, 'applyStack'));
    },
    readBody,
  );
  route(router, endpoints.promoteStack, async (input) => {
    const request = { ...input.params, ...input.body, settings: conduct(input.body) };
    return createPromotion(context, request, asked(input, 'promoteStack'));
  });
}

function followUpPipelineRoutes(router: Router, context: Context): void {
  route(router, endpoints.destroyStack, async (input) => {
    const request = { ...input.params, ...input.body, settings: conduct(input.body) };
    return createDestroyPipeline(context, request, asked(input, 'destroyStack'));
  });
  route(router, endpoints.rollbackStack, async (input) => {
    const request = { ...input.params, ...input.body, settings: conduct(input.body) };
    return createRollbackPipeline(context, request, asked(input, 'rollbackStack'));
  });
  route(router, endpoints.driftStack, async (input) => {
    const request = { ...input.params, ...input.body };
    return createDriftPipeline(context, request, asked(input, 'driftStack'));
  });
  route(router, endpoints.remediateStack, async (input) => {
    const request = { ...input.params, ...input.body, settings: conduct(input.body) };
    return createRemediation(context, request, asked(input, 'remediateStack'));
  });
  route(router, endpoints.resumePipeline, async (input) =>
    createResumption(
      context,
      input.params.pipelineId,
      input.body.autoApprove,
      asked(input, 'resumePipeline'),
    ),
  );
}

function onePipelineRoutes(router: Router, context: Context): void {
  const { query } = context.database;
  route(router, endpoints.pipelines, async ({ query: filter, principal }) =>
    listPipelines(context, principal, filter),
  );
  route(router, endpoints.pipeline, async ({ params, principal }) => {
    const { pipeline, tasks, hidden } = await readVisible(query, principal, params.pipelineId);
    const view = presentPipeline(context, pipeline, tasks, await shownJobsOf(query, tasks));
    return withoutHidden(view, hidden);
  });
  route(router, endpoints.pipelineEvents, async ({ params, principal, request, response }) => {
    const { tasks } = await readVisible(query, principal, params.pipelineId);
    const visible = new Set(tasks.map(({ component }) => component));
    await streamPipelineEvents(context, params.pipelineId, visible, request, response);
    return undefined;
  });
  route(router, endpoints.approvePipeline, async (input) => {
    await readVisible(query, input.principal, input.params.pipelineId);
    return approvePipeline(context, input.params.pipelineId, input.body.planDigest, input);
  });
  route(router, endpoints.cancelPipeline, async (input) => {
    await readVisible(query, input.principal, input.params.pipelineId);
    return cancelPipeline(context, input.params.pipelineId, input.body.graceSeconds, input);
  });
}

function asked(
  input: { principal: Principal; call: Call; request: Request; params: unknown; body: unknown },
  operation: string,
): AskedPipeline {
  const { principal, call, params, body } = input;
  return { principal, call, key: idempotentRequest(input, operation, { params, body }) };
}

/** The settings of a request; those that it does not name have their defaults. */
function conduct(
  body: { [Name in keyof PipelineSettings]?: PipelineSettings[Name] | undefined },
): PipelineSettings {
  const { autoApprove, onError, schedule, parallelism, refresh, prune, ttlSeconds } = body;
  const given = { autoApprove, onError, schedule, parallelism, refresh, prune, ttlSeconds };
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaultSettings, ...Object.fromEntries(named) };
}
