import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../../context.ts';
import { route } from '../../http/route.ts';
import { stackDrift } from './report.ts';
import { addRule, removeRule } from './rules.ts';
import { setStackSchedule } from './schedule.ts';

export function stackDriftRoutes(router: Router, context: Context): void {
  route(router, endpoints.stackDrift, async ({ params, principal }) =>
    stackDrift(context, principal, params),
  );
  route(router, endpoints.stackDriftSchedule, async (input) =>
    setStackSchedule(context, input.params, input.body, input),
  );
  route(router, endpoints.ignoreStackDrift, async (input) =>
    addRule(context, input.params, input.body, input),
  );
  route(router, endpoints.removeDriftRule, async (input) => {
    const { stack, environment, ruleId } = input.params;
    return removeRule(context, { stack, environment }, ruleId, input);
  });
}
