import {
  type JobPolicy,
  type JobType,
  type PolicyReport,
  type PolicySummary,
  policySeverities,
} from '@deployment-engine/contracts';
import { mergeReports } from '@deployment-engine/policy';
import type { Query } from '../server/database/open.ts';

const columns = { code: 'code', plan: 'plan', afterApply: 'after_apply' } as const;

/** Stores the report on one part of a job; replaces the report of an earlier attempt. */
export async function saveReport(
  query: Query,
  jobId: string,
  part: keyof JobPolicy,
  report: PolicyReport,
): Promise<void> {
  const value = { [columns[part]]: JSON.stringify(report) };
  await query
    .insertInto('policy_reports')
    .values({ job_id: jobId, ...value })
    .onConflict((conflict) => conflict.column('job_id').doUpdateSet(value))
    .execute();
}

export async function findReports(query: Query, jobId: string): Promise<JobPolicy> {
  const row = await query
    .selectFrom('policy_reports')
    .select(['code', 'plan', 'after_apply'])
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return toPolicy(row);
}

/** Returns the reports of a project's newest job that has any. */
export async function newestReports(
  query: Query,
  projectId: string,
): Promise<(JobPolicy & { jobId: string; type: JobType; createdAt: string }) | undefined> {
  const row = await query
    .selectFrom('policy_reports')
    .innerJoin('jobs', 'jobs.id', 'policy_reports.job_id')
    .select(['jobs.id', 'jobs.type', 'code', 'plan', 'after_apply', 'policy_reports.created_at'])
    .where('jobs.project_id', '=', projectId)
    .orderBy('jobs.seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && { ...toPolicy(row), jobId: row.id, type: row.type, createdAt: row.created_at.toISOString() };
}

/** Merges all parts into one report; it is empty without any. */
export function mergeParts({ code, plan, afterApply }: JobPolicy): PolicyReport {
  return mergeReports(...[code, plan, afterApply].filter((report) => report !== null));
}

export function summariseReport({ verdict, findings, allowed }: PolicyReport): PolicySummary {
  const counts = policySeverities.map((severity) => [
    severity,
    findings.filter((finding) => finding.severity === severity).length,
  ]);
  return { verdict, ...Object.fromEntries(counts), allowed: allowed.length };
}

function toPolicy(
  row: { code: string | null; plan: string | null; after_apply: string | null } | undefined,
): JobPolicy {
  const parse = (text: string | null | undefined): PolicyReport | null => (text ? JSON.parse(text) : null);
  return { code: parse(row?.code), plan: parse(row?.plan), afterApply: parse(row?.after_apply) };
}
