import type { PolicySettings } from '@deployment-engine/policy';
import type { Context } from '../context.ts';
import { accountLimits } from '../projects/secrets/cloud-accounts/account-limits.ts';
import { effectiveSettings } from './effective-settings.ts';
import { findSettings } from './store.ts';

/**
 * Returns the policy settings that apply now to a project's code and plans. Checks of code need the values of its input variables,
 * which are read only where a cloud account limits regions.
 */
export async function settingsInForce(
  context: Context,
  projectId: string,
  variablesOf?: () => Promise<Record<string, unknown>>,
): Promise<PolicySettings> {
  const { query } = context.database;
  const { settings } = await findSettings(query, projectId);
  const account = await accountLimits(query, projectId);
  const variables = account?.regions ? await variablesOf?.() : undefined;
  const cloudAccount = account && { ...account, ...(variables ? { variables } : {}) };
  return effectiveSettings(context.operatorPolicy, projectId, settings, cloudAccount);
}
