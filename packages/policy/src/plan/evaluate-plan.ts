import {
  type BlastRadius,
  matchesWildcard,
  type PolicyMode,
  type PolicyReport,
} from '@deployment-engine/contracts';
import type { TerraformPlan } from '@deployment-engine/terraform-code';
import { exceededLimits } from './blast-radius.ts';
import { type ChangeFinding, type ChangeRule, changeRules, findChanges } from './change-rules.ts';
import { exceededInStacks, identityChanges, readStacks } from './inner-templates.ts';
import { type PlanModel, type PlannedResource, readPlan } from './plan-model.ts';
import { attentionMode, changeMode, modesBySeverity, type Profile } from './profiles.ts';
import { type FindingDraft, ReportBuilder } from './report-builder.ts';
import type { PolicyRule, Violation } from './rule.ts';
import { builtInRules } from './rules/index.ts';
import { isNamed, modeOf, type PolicySettings } from './settings.ts';

export type PlanPurpose = {
  /** A requested destroy: deletions are expected, and only the caller's limits apply. */
  destroys?: boolean;
  /** Limits of the API key that requested the plan; a project's settings cannot lift them. */
  callerLimits?: BlastRadius | null;
};

/** Rules that every destroy would violate. */
const ofDestroys: readonly string[] = ['PLAN-DELETE', 'PLAN-IAM'];

/**
 * Checks a plan (`terraform show -json`) against the built-in rules and the limits of project and caller.
 * Skips resources that the plan deletes. User-defined rules are in `evaluateUserRules`.
 */
export function evaluatePlan(
  plan: TerraformPlan,
  settings: PolicySettings,
  { destroys = false, callerLimits = null }: PlanPurpose = {},
): PolicyReport {
  const model = readPlan(plan);
  const builder = new ReportBuilder(settings);
  judgeResources(model, settings, builder);
  const isExpected = ({ id }: ChangeFinding) => destroys && ofDestroys.includes(id) && !isNamed(settings, id);
  const changes = [...findChanges(model), ...identityChanges(model)].filter(
    (finding) => !isExpected(finding),
  );
  const limit = (limits: BlastRadius, whose: string) => [
    ...exceededLimits(model, limits, whose, settings.cloudAccount?.defaultRegion),
    ...exceededInStacks(model, limits, whose),
  ];
  const exceeded = destroys ? [] : limit(settings.blastRadius, 'the project');
  for (const finding of [...changes, ...exceeded]) builder.add(draftOf(finding, settings.profile));
  const ofAccount = settings.cloudAccount?.regions;
  if (ofAccount && !destroys)
    for (const finding of limit({ ...noLimits, regions: ofAccount }, 'the cloud account'))
      builder.add({ ...draftOf(finding, settings.profile), allowable: false });
  if (callerLimits)
    for (const finding of limit(callerLimits, 'the API key'))
      builder.add({ ...draftOf(finding, settings.profile), allowable: false });
  return builder.build();
}

const noLimits: BlastRadius = {
  maxDeletions: null,
  maxReplacements: null,
  maxResources: null,
  resourceTypes: null,
  regions: null,
};

/** Checks the resources that exist after a plan, and those in its templates, against the built-in rules. */
export function judgeResources(plan: PlanModel, settings: PolicySettings, builder: ReportBuilder): void {
  judge(plan, settings, builder, ({ address }) => address);
  for (const { model, addressOf } of readStacks(plan)) judge(model, settings, builder, addressOf);
}

function judge(
  plan: PlanModel,
  settings: PolicySettings,
  builder: ReportBuilder,
  addressOf: (resource: PlannedResource) => string,
): void {
  const { profile } = settings;
  const rules = builtInRules.filter(
    ({ id, severity }) => modeOf(settings, id, modesBySeverity[profile][severity]) !== 'off',
  );
  for (const resource of plan.resources)
    for (const rule of rules) {
      if (!appliesTo(rule, resource.type)) continue;
      const violations = rule.check(resource, plan);
      if (violations.length > 0)
        builder.add({
          ...metadata(rule),
          ...summary(violations, modesBySeverity[profile][rule.severity], attentionMode[profile]),
          address: addressOf(resource),
        });
    }
}

function draftOf(
  { id, resource, subject, message, modeInAdvisory }: ChangeFinding,
  profile: Profile,
): FindingDraft {
  const { mode: _mode, modeInAdvisory: _inAdvisory, ...rule }: ChangeRule = changeRules[id];
  const place = { address: resource?.address ?? null, subject: subject ?? null };
  const mode = profile === 'advisory' ? modeInAdvisory : undefined;
  return { id, ...place, ...rule, message, allowable: true, defaultMode: mode ?? changeMode(id, profile) };
}

function appliesTo(rule: PolicyRule, type: string): boolean {
  return rule.types.some(
    (pattern) => pattern === type || (pattern.endsWith('*') && matchesWildcard(pattern, type)),
  );
}

function metadata({ id, severity, remediation, frameworks }: PolicyRule) {
  return { id, severity, remediation, frameworks, allowable: true };
}

/** Returns one finding per rule and resource: a certain violation outranks one that needs a review. */
function summary(violations: Violation[], mode: PolicyMode, reviewMode: PolicyMode) {
  const certain = violations.filter((violation) => !violation.review);
  const shown = certain.length > 0 ? certain : violations;
  const message = [...new Set(shown.map((violation) => violation.message))].join('; ');
  const pending = certain.length === 0;
  return { message, pending, defaultMode: pending ? reviewMode : mode };
}
