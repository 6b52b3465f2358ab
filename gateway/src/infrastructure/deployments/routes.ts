import { endpoints } from '@deployment-engine/contracts';
import type { Response, Router } from 'express';
import type { Context } from '../../context.ts';
import { cutPage, decodeNumberCursor } from '../../http/cursor.ts';
import { requestState } from '../../http/request-state.ts';
import { type Input, route } from '../../http/route.ts';
import { asked } from '../../jobs/create.ts';
import { createDeployment } from './create.ts';
import { deploymentHistory } from './history.ts';
import { presentDeployment, presentSummary } from './present.ts';
import { removeDeployment } from './remove.ts';
import { type DeploymentRow, findDeployment, listDeployments } from './store.ts';
import { updateDeployment } from './update.ts';

export function deploymentRoutes(router: Router, context: Context): void {
  const { query } = context.database;
  route(router, endpoints.createDeployment, async (input) => {
    const { id } = await createDeployment(context, input.body, asked(input, 'createDeployment', input.body));
    return show(context, await findDeployment(query, input.principal, id), input.response);
  });
  route(router, endpoints.deployments, (input) => list(context, input));
  route(router, endpoints.deployment, async ({ params, principal, response }) =>
    show(context, await findDeployment(query, principal, params.deploymentId), response),
  );
  route(router, endpoints.updateDeployment, async (input) => {
    const { deploymentId } = input.params;
    const change = asked(input, `updateDeployment ${deploymentId}`, input.body);
    const { id } = await updateDeployment(context, deploymentId, input.body, change);
    return show(context, await findDeployment(query, input.principal, id), input.response);
  });
  route(router, endpoints.deleteDeployment, async (input) => {
    const { params, query: options } = input;
    const change = asked(input, 'deleteDeployment', options);
    const row = await removeDeployment(context, params.deploymentId, options.keep_resources, change);
    return show(context, row, input.response);
  });
  route(router, endpoints.deploymentHistory, (input) => deploymentHistory(context, input));
}

/** Presents a deployment, and notes its project and job for the audit log. */
async function show(context: Context, row: DeploymentRow, response: Response) {
  const state = requestState(response);
  state.projectId = row.project_id;
  state.jobId = row.job_id;
  return presentDeployment(context, row);
}

async function list(context: Context, { query: filter, principal }: Input<typeof endpoints.deployments>) {
  const { query } = context.database;
  const before = decodeNumberCursor(filter.cursor);
  const rows = await listDeployments(query, principal, { ...filter, before });
  const { page, next } = cutPage(rows, filter.limit, (row) => row.seq);
  const ids = page.map(({ job_id }) => job_id);
  const jobs =
    ids.length === 0 ? [] : await query.selectFrom('jobs').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const deployments = await Promise.all(
    page.map((row) => presentSummary(context, row, byId.get(row.job_id))),
  );
  return {
    deployments,
    next_cursor: next,
  };
}
