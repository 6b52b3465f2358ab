import {
  endpoints,
  type PolicySettingsAnswer,
  type ProjectPolicy,
  type UserRule,
} from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { DomainError } from '../domain-error.ts';
import { decodeNumberCursor, encodeCursor } from '../http/cursor.ts';
import { type Input, route } from '../http/route.ts';
import { findJob } from '../jobs/store.ts';
import { changeSettings, type SettingsChange } from './change-settings.ts';
import { effectiveSettings } from './effective-settings.ts';
import { findReports, mergeParts, newestReports } from './reports.ts';
import { findSettings, listSettings } from './store.ts';

export function policyRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.policy, async ({ params }) => projectPolicy(context, params.projectId));
  route(router, endpoints.policySettings, async ({ params: { projectId } }) => ({
    projectId,
    ...(await findSettings(query, projectId)),
  }));
  route(router, endpoints.setPolicySettings, async (input) => change(context, input, input.body));
  route(router, endpoints.removePolicySettings, async (input) => change(context, input, null));
  route(router, endpoints.policyHistory, async ({ params: { projectId }, query: { cursor, limit } }) => {
    const before = decodeNumberCursor(cursor);
    const versions = await listSettings(query, projectId, { before, limit: limit + 1 });
    const page = versions.slice(0, limit);
    return {
      projectId,
      versions: page,
      nextCursor: versions.length > page.length ? encodeCursor(page.at(-1)?.version ?? 0) : null,
    };
  });
  route(router, endpoints.jobPolicy, async ({ params: { jobId } }) => {
    const job = await findJob(query, jobId);
    if (!job) throw new DomainError('job_not_found', `no job ${jobId} exists`);
    const reports = await findReports(query, jobId);
    return { jobId, projectId: job.project_id, ...reports, verdict: mergeParts(reports).verdict };
  });
}

async function change(
  context: Context,
  {
    params: { projectId },
    query: { ifVersion },
    principal,
    response,
  }: Pick<Input<typeof endpoints.removePolicySettings>, 'params' | 'query' | 'principal' | 'response'>,
  settings: SettingsChange['settings'],
): Promise<PolicySettingsAnswer> {
  const request = { projectId, settings, ifVersion, principal };
  const { weakened, ...changed } = await changeSettings(context, request);
  response.locals.auditDetail = { version: changed.version, weakened };
  return { projectId, ...changed };
}

async function projectPolicy(context: Context, projectId: string): Promise<ProjectPolicy> {
  const { query } = context.database;
  const { settings: own, ...version } = await findSettings(query, projectId);
  const { minimumModes: _minimum, ...settings } = effectiveSettings(context.operatorPolicy, projectId, own);
  const newest = await newestReports(query, projectId);
  return {
    projectId,
    settings: { ...settings, userRules: settings.userRules.map(withoutCode) },
    ...version,
    newest: newest ? { ...newest, verdict: mergeParts(newest).verdict } : null,
    history: `/api/deploy/policy/${projectId}/history`,
  };
}

function withoutCode({ id, language, severity, mode, message }: UserRule) {
  return { id, language, severity, mode, message };
}
