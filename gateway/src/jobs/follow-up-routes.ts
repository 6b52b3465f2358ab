import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { route } from '../http/route.ts';
import { findProject } from '../projects/store.ts';
import { approveJob } from './approve.ts';
import { asked } from './create.ts';
import { createDriftJob, driftReport } from './drift.ts';
import { refuseLimited } from './refuse-limited.ts';
import { createRollbackJob } from './rollback.ts';
import { setDriftSchedule } from './schedules.ts';
import { refuseOwned } from './stack-owned.ts';

export function followUpRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.approveJob, async (input) => {
    const { params, body } = input;
    const answer = await approveJob(context, params.jobId, body.planDigest, input);
    context.jobCache.invalidate(params.jobId);
    return answer;
  });
  route(router, endpoints.rollback, async (input) =>
    createRollbackJob(context, input.body, asked(input, 'rollback', input.body)),
  );
  route(router, endpoints.checkDrift, async (input) => {
    const check = { projectId: input.params.projectId, remediate: input.body.remediate };
    return createDriftJob(context, check, asked(input, 'drift', check));
  });
  route(router, endpoints.drift, async ({ params }) =>
    driftReport(context, await findProject(query, params.projectId)),
  );
  route(router, endpoints.driftSchedule, async ({ params, body, principal }) => {
    const project = await findProject(query, params.projectId);
    if (body.remediate && body.cron !== null) {
      refuseLimited(principal, 'remediating', project.id);
      await refuseOwned(query, project.id, 'remediating');
    }
    await setDriftSchedule(context, project.id, body, principal);
    return { projectId: project.id, ...body };
  });
}
