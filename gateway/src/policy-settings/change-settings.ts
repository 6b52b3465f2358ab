import type { ProjectPolicySettings } from '@deployment-engine/contracts';
import { hasRole, type Principal } from '../access/principal.ts';
import type { Context } from '../context.ts';
import { DomainError } from '../domain-error.ts';
import { findSettings, lockSettings, requireVersion, type SettingsVersion, saveSettings } from './store.ts';
import { userRuleProblems } from './user-rule-problems.ts';
import { weakenings } from './weakenings.ts';

export type SettingsChange = {
  projectId: string;
  /** `null` takes the project's own settings away. */
  settings: ProjectPolicySettings | null;
  ifVersion: number | undefined;
  principal: Principal;
};

/** Stores a new version of a project's settings. Who is no admin may only make them stricter. */
export async function changeSettings(
  { database, operatorPolicy }: Context,
  { projectId, settings, ifVersion, principal }: SettingsChange,
): Promise<SettingsVersion & { weakened: string[] }> {
  await requireGoodRules(settings);
  return database.query.transaction().execute(async (trx) => {
    await lockSettings(trx, projectId);
    const before = await findSettings(trx, projectId);
    requireVersion(projectId, before.version, ifVersion);
    const weakened = weakenings(
      before.settings ?? operatorPolicy.defaults,
      settings ?? operatorPolicy.defaults,
    );
    if (weakened.length > 0 && !hasRole(principal, 'admin'))
      throw new DomainError(
        'forbidden',
        `changing the policy settings of ${projectId}: only an admin may weaken them (${weakened.join(', ')})`,
      );
    await saveSettings(trx, projectId, { previous: before.version, settings, changedBy: principal.name });
    return { ...(await findSettings(trx, projectId)), weakened };
  });
}

async function requireGoodRules(settings: ProjectPolicySettings | null): Promise<void> {
  const problems = settings ? await userRuleProblems(settings.userRules) : [];
  if (problems.length > 0)
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: problems.map(({ index, problem }) => ({ pointer: `/userRules/${index}`, detail: problem })),
    });
}
