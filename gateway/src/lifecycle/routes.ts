import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { route } from '../http/route.ts';
import { idempotentRequest } from '../jobs/idempotency.ts';
import { findProject } from '../projects/store.ts';
import { approveJob } from './approve.ts';
import { createDriftJob, driftReport } from './drift.ts';
import { createRollbackJob } from './rollback.ts';
import { setDriftSchedule } from './schedules.ts';

export function lifecycleRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.approveJob, async ({ params, body }) => {
    const answer = await approveJob(context, params.jobId, body.planDigest);
    context.jobCache.invalidate(params.jobId);
    return answer;
  });
  route(router, endpoints.rollback, async ({ body, request }) =>
    createRollbackJob(context, body, idempotentRequest(request.get('idempotency-key'), 'rollback', body)),
  );
  route(router, endpoints.checkDrift, async ({ params, body, request }) => {
    const check = { projectId: params.projectId, remediate: body.remediate };
    return createDriftJob(context, check, idempotentRequest(request.get('idempotency-key'), 'drift', check));
  });
  route(router, endpoints.drift, async ({ params }) =>
    driftReport(context, await findProject(query, params.projectId)),
  );
  route(router, endpoints.driftSchedule, async ({ params, body }) => {
    const project = await findProject(query, params.projectId);
    await setDriftSchedule(context, project.id, body);
    return { projectId: project.id, ...body };
  });
}
