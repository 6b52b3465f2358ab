import {
  type PolicyExemption,
  type ProjectPolicySettings,
  projectPolicySettingsSchema,
} from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import { hasRole, type Principal, signedName } from '../access/principal.ts';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import { ruleIdProblems } from './rule-id-problems.ts';
import { findSettings, lockSettings, requireVersion, type SettingsVersion, saveSettings } from './store.ts';
import { userRuleProblems } from './user-rule-problems.ts';
import { weakenings } from './weakenings.ts';

type Change = { projectId: string; principal: Principal; call: Pick<Call, 'record'> };
export type SettingsChange = Change & {
  /** `null` removes the project's own settings. */
  settings: ProjectPolicySettings | null;
  ifVersion: number | undefined;
};

/** Stores a new version of a project's settings. Callers who are not admins may only tighten them. */
export async function changeSettings(
  context: Context,
  { settings, ifVersion, ...change }: SettingsChange,
): Promise<SettingsVersion> {
  await requireGoodRules(context, settings);
  return replaceSettings(context, change, ({ version }) => {
    requireVersion(change.projectId, version, ifVersion);
    return settings;
  });
}

/** Adds an exemption. A project without its own settings first gets a copy of the operator's defaults. */
export async function addExemption(
  context: Context,
  { exemption, ...change }: Change & { exemption: PolicyExemption },
): Promise<SettingsVersion> {
  const { defaults, enforce } = context.operatorPolicy;
  return replaceSettings(context, change, ({ settings }) => {
    const base = settings ?? defaults;
    const [wrong] = ruleIdProblems({ exemptions: [exemption], userRules: base.userRules }, enforce.userRules);
    if (wrong)
      throw new DomainError('invalid_request', 'the request is not valid', {
        fields: [{ pointer: '/id', detail: wrong.problem }],
      });
    return projectPolicySettingsSchema.parse({ ...base, exemptions: [...base.exemptions, exemption] });
  });
}

async function replaceSettings(
  { database, operatorPolicy: { defaults } }: Context,
  { projectId, principal, call }: Change,
  replace: (before: SettingsVersion) => ProjectPolicySettings | null,
): Promise<SettingsVersion> {
  return database.query.transaction().execute(async (trx) => {
    await lockSettings(trx, projectId);
    const before = await findSettings(trx, projectId);
    const settings = replace(before);
    const weakened = weakenings(before.settings ?? defaults, settings ?? defaults);
    if (weakened.length > 0 && !hasRole(principal, 'admin'))
      throw new DomainError(
        'forbidden',
        `changing the policy settings of ${projectId}: only an admin may weaken them (${weakened.join(', ')})`,
      );
    await saveSettings(trx, projectId, {
      previous: before.version,
      settings,
      changedBy: signedName(principal),
    });
    const after = await findSettings(trx, projectId);
    await call.record(trx, { project: projectId, detail: { version: after.version, weakened } });
    return after;
  });
}

async function requireGoodRules(
  { operatorPolicy }: Context,
  settings: ProjectPolicySettings | null,
): Promise<void> {
  if (!settings) return;
  const rules = await userRuleProblems(settings.userRules);
  const ids = ruleIdProblems(settings, operatorPolicy.enforce.userRules);
  const fields = [
    ...rules.map(({ index, problem }) => ({ pointer: `/userRules/${index}`, detail: problem })),
    ...ids.map(({ path, problem }) => ({ pointer: `/${path.map(escaped).join('/')}`, detail: problem })),
  ];
  if (fields.length > 0) throw new DomainError('invalid_request', 'the request is not valid', { fields });
}

/** Escapes a part of a JSON pointer (RFC 6901). */
function escaped(part: string | number): string {
  return String(part).replaceAll('~', '~0').replaceAll('/', '~1');
}
