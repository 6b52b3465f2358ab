import {
  type PolicySettingsAnswer,
  type ProjectPolicySettings,
  projectPolicySettingsSchema,
} from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { takeLock } from '../server/database/locks.ts';
import type { Query } from '../server/database/open.ts';

export type SettingsVersion = Omit<PolicySettingsAnswer, 'projectId'>;

const none: SettingsVersion = { settings: null, version: 0, changedBy: null, changedAt: null };

/** Returns the newest version; version 0 without settings if none was stored yet. */
export async function findSettings(query: Query, projectId: string): Promise<SettingsVersion> {
  const [newest] = await listSettings(query, projectId, { limit: 1 });
  return newest ?? none;
}

/** Returns versions, newest first; with `before`, only older ones. */
export async function listSettings(
  query: Query,
  projectId: string,
  page: { before?: number | undefined; limit: number },
): Promise<SettingsVersion[]> {
  let rows = query
    .selectFrom('policy_settings')
    .selectAll()
    .where('project_id', '=', projectId)
    .orderBy('version', 'desc')
    .limit(page.limit);
  if (page.before !== undefined) rows = rows.where('version', '<', page.before);
  return (await rows.execute()).map((row) => ({
    settings: row.settings === null ? null : projectPolicySettingsSchema.parse(JSON.parse(row.settings)),
    version: row.version,
    changedBy: row.changed_by,
    changedAt: row.changed_at.toISOString(),
  }));
}

/** Locks a project's settings until the transaction ends; other changes wait. */
export async function lockSettings(trx: Query, projectId: string): Promise<void> {
  await takeLock(trx, 'policySettings', projectId);
}

/** Adds a version after `previous`; `null` removes the settings. The caller must hold the lock. */
export async function saveSettings(
  trx: Query,
  projectId: string,
  change: { previous: number; settings: ProjectPolicySettings | null; changedBy: string },
): Promise<void> {
  await trx
    .insertInto('policy_settings')
    .values({
      project_id: projectId,
      version: change.previous + 1,
      settings: change.settings && JSON.stringify(change.settings),
      changed_by: change.changedBy,
    })
    .execute();
}

export function requireVersion(projectId: string, version: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== version)
    throw new DomainError(
      'policy_settings_changed',
      `changing the policy settings of ${projectId}: they are at version ${version}, not ${expected}; read them again`,
    );
}
