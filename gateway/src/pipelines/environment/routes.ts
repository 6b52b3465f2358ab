import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { route } from '../../http/route.ts';
import { unlockStack } from '../cancel.ts';
import { listPipelines, listStacks, presentStack } from './lists.ts';
import { presentLocks } from './locks.ts';
import { presentOutputs } from './outputs.ts';
import { stateDocument } from './state-document.ts';
import { drawEnvironment, presentEnvironment, readEnvironment } from './status.ts';

/** Operations on what stacks have deployed. */
export function environmentRoutes(router: Router, context: Context): void {
  route(router, endpoints.stacks, async ({ query, principal }) => listStacks(context, principal, query));
  route(router, endpoints.stack, async ({ params, principal }) =>
    presentStack(context, principal, params.stack),
  );
  route(router, endpoints.stackEnvironment, async ({ params, principal }) =>
    presentEnvironment(context, principal, params),
  );
  route(router, endpoints.stackEnvironmentGraph, async ({ params, query, principal }) =>
    drawEnvironment(context, principal, params, query.format),
  );
  route(router, endpoints.stackHistory, async ({ params, query, principal }) => {
    await readEnvironment(context.database.query, principal, params);
    return listPipelines(context, principal, { ...params, ...query });
  });
  route(router, endpoints.stackOutputs, async ({ params, principal }) =>
    presentOutputs(context, principal, params),
  );
  route(router, endpoints.stackState, async ({ params, principal }) =>
    stateDocument(context, principal, params),
  );
  route(router, endpoints.stackLocks, async ({ params, principal }) =>
    presentLocks(context, principal, params),
  );
  route(router, endpoints.unlockStack, async (input) => {
    const { params, body, principal } = input;
    await readEnvironment(context.database.query, principal, params);
    return unlockStack(context, { ...params, pipelineId: body.pipelineId }, input);
  });
}
