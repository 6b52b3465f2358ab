import type { PolicySettings } from '@deployment-engine/policy';
import type { Context } from '../context.ts';
import { effectiveSettings } from './effective-settings.ts';
import { findSettings } from './store.ts';

/** Returns the policy settings that apply now to a project's code and plans. */
export async function settingsInForce(context: Context, projectId: string): Promise<PolicySettings> {
  const { settings } = await findSettings(context.database.query, projectId);
  return effectiveSettings(context.operatorPolicy, projectId, settings);
}
