import { endpoints, type JobView } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { planCost } from '../costs/plan-cost.ts';
import { cutPage, decodeNumberCursor } from '../http/cursor.ts';
import { redactAnswer } from '../http/redact-answer.ts';
import { type Input, route } from '../http/route.ts';
import { findReports } from '../policy/reports.ts';
import { presentPlan } from '../projects/plans/present.ts';
import { findPlan, readPlanJson } from '../projects/plans/store.ts';
import { JobSecrets } from '../projects/secrets/job-secrets.ts';
import type { CachedJob } from './cache.ts';
import { cancelJob } from './cancel.ts';
import { asked, createCodeJob, createDestroyJob } from './create.ts';
import { streamJobLog } from './events/log-text.ts';
import { streamJobEvents } from './events/sse.ts';
import { presentJob } from './present.ts';
import { findJob, listJobs } from './store.ts';
import { readTerraformLogs } from './terraform-logs/store.ts';

export function jobRoutes(router: Router, context: Context): void {
  route(router, endpoints.deploy, async (input) =>
    createCodeJob(context, 'deploy', input.body, asked(input, 'deploy', input.body)),
  );
  route(router, endpoints.plan, async (input) =>
    createCodeJob(context, 'plan', input.body, asked(input, 'plan', input.body)),
  );
  route(router, endpoints.destroy, async (input) =>
    createDestroyJob(context, input.body, asked(input, 'destroy', input.body)),
  );
  route(router, endpoints.status, (input) => sendStatus(context, input));
  route(router, endpoints.jobs, (input) => showJobs(context, input));
  route(router, endpoints.jobEvents, async ({ params, request, response }) => {
    await readJob(context, params.jobId);
    await streamJobEvents(context, params.jobId, request, response);
    return undefined;
  });
  route(router, endpoints.jobLogs, async ({ params, response }) => {
    await readJob(context, params.jobId);
    await streamJobLog(context.database.query, params.jobId, response);
    return undefined;
  });
  route(router, endpoints.jobTerraformLog, (input) => sendTerraformLog(context, input));
  route(router, endpoints.jobPlan, (input) => showPlan(context, input));
  route(router, endpoints.cancelJob, (input) => cancel(context, input));
}

async function sendStatus(context: Context, { params, response }: Input<typeof endpoints.status>) {
  const job = await readJob(context, params.jobId);
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(job.json);
  return undefined;
}

async function showJobs({ database }: Context, { query: filter, principal }: Input<typeof endpoints.jobs>) {
  const before = decodeNumberCursor(filter.cursor);
  const rows = await listJobs(database.query, { ...filter, principal, before, limit: filter.limit + 1 });
  const { page, next } = cutPage(rows, filter.limit, (row) => row.seq);
  return {
    jobs: page.map((row) => withoutResult(presentJob(row))),
    nextCursor: next,
  };
}

async function sendTerraformLog(
  context: Context,
  { params: { jobId }, response }: Input<typeof endpoints.jobTerraformLog>,
) {
  const { view } = await readJob(context, jobId);
  const logs = await readTerraformLogs(context.database.query, context.encryption, jobId);
  if (logs.length === 0)
    throw new DomainError(
      'terraform_log_not_found',
      `reading Terraform's own log of job ${jobId}, which is ${view.status}: none is stored; request a job with terraformLog, and read its log after its run`,
    );
  const redactor = await context.redactorOf({ projectId: view.projectId, jobId });
  response.type('text/plain; charset=utf-8').end(redactor.redactText(logs.join('')));
  return undefined;
}

async function showPlan(context: Context, { params: { jobId } }: Input<typeof endpoints.jobPlan>) {
  const { query } = context.database;
  const job = await readJob(context, jobId);
  const plan = await findPlan(query, jobId);
  if (!plan) throw new DomainError('plan_not_found', `job ${jobId} is ${job.view.status} and has no plan`);
  const cost = await planCost(context, { ...job.view, id: jobId });
  const json = await readPlanJson(query, context.encryption, jobId);
  const { projectId, revision, planDigest } = job.view;
  const owner = { id: jobId, project_id: projectId, revision, plan_digest: planDigest };
  const secrets = new JobSecrets(context, owner);
  const { plan: policy } = await findReports(query, jobId);
  return presentPlan(projectId, plan, json, cost, policy, await secrets.redactor());
}

async function cancel(context: Context, { params, body, call }: Input<typeof endpoints.cancelJob>) {
  const job = await cancelJob(context, params.jobId, { ...body, call });
  context.jobCache.invalidate(job.id);
  const cancelled = job.status === 'cancelled';
  return {
    jobId: job.id,
    status: job.status,
    endedBy: cancelled ? ('none' as const) : null,
    message: cancelled
      ? 'The job was cancelled before anything was changed'
      : `The job is being interrupted; it is killed after ${job.cancel_grace_seconds} s`,
  };
}

/** Returns a job's view, from the cache if possible. */
async function readJob(context: Context, jobId: string): Promise<CachedJob> {
  const job = await context.jobCache.read(jobId, async () => {
    const row = await findJob(context.database.query, jobId);
    if (!row) return undefined;
    const owner = { projectId: row.project_id, jobId };
    return redactAnswer(endpoints.status.answer, presentJob(row), owner, context.redactorOf);
  });
  if (!job) throw new DomainError('job_not_found', `no job ${jobId} exists`);
  return job;
}

function withoutResult({ result: _result, ...rest }: JobView): Omit<JobView, 'result'> {
  return rest;
}
