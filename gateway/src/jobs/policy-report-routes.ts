import { endpoints } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { route } from '../http/route.ts';
import { findReports, mergeParts } from '../policy/reports.ts';
import { findJob } from './store.ts';

export function policyReportRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.jobPolicy, async ({ params: { jobId } }) => {
    const job = await findJob(query, jobId);
    if (!job) throw new DomainError('job_not_found', `no job ${jobId} exists`);
    const reports = await findReports(query, jobId);
    return { jobId, projectId: job.project_id, ...reports, verdict: mergeParts(reports).verdict };
  });
}
