import { endpoints, type ProjectPolicy, type UserRule } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { cutPage, decodeNumberCursor } from '../http/cursor.ts';
import { route } from '../http/route.ts';
import { accountLimits } from '../projects/secrets/cloud-accounts/account-limits.ts';
import { addExemption, changeSettings } from './change-settings.ts';
import { effectiveSettings } from './effective-settings.ts';
import { mergeParts, newestReports } from './reports.ts';
import { findSettings, listSettings } from './store.ts';

export function policyRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.policy, async ({ params }) => projectPolicy(context, params.projectId));
  route(router, endpoints.policySettings, async ({ params: { projectId } }) => ({
    projectId,
    ...(await findSettings(query, projectId)),
  }));
  route(router, endpoints.setPolicySettings, async ({ params, query: { ifVersion }, body, ...by }) => {
    const change = { ...params, ifVersion, settings: body, ...by };
    return { ...params, ...(await changeSettings(context, change)) };
  });
  route(router, endpoints.removePolicySettings, async ({ params, query: { ifVersion }, ...by }) => {
    const change = { ...params, ifVersion, settings: null, ...by };
    return { ...params, ...(await changeSettings(context, change)) };
  });
  for (const path of [endpoints.allowFinding, endpoints.addAllowance])
    route(router, path, async ({ params, body, ...by }) => ({
      ...params,
      ...(await addExemption(context, { ...params, exemption: body, ...by })),
    }));
  route(router, endpoints.policyHistory, async ({ params: { projectId }, query: { cursor, limit } }) => {
    const before = decodeNumberCursor(cursor);
    const versions = await listSettings(query, projectId, { before, limit: limit + 1 });
    const { page, next } = cutPage(versions, limit, (row) => row.version);
    return {
      projectId,
      versions: page,
      nextCursor: next,
    };
  });
}

async function projectPolicy(context: Context, projectId: string): Promise<ProjectPolicy> {
  const { query } = context.database;
  const { settings: own, ...version } = await findSettings(query, projectId);
  const effective = effectiveSettings(
    context.operatorPolicy,
    projectId,
    own,
    await accountLimits(query, projectId),
  );
  const {
    minimumModes: _minimum,
    enforcedModes: _enforced,
    assumeRoles: _roles,
    cloudAccount: _account,
    ...settings
  } = effective;
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
