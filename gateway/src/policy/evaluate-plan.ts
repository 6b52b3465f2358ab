import type {
  PolicyMode,
  PolicyReport,
  PolicySeverity,
  ProjectPolicySettings,
} from '@deployment-engine/contracts';
import { exceededLimits } from './blast-radius.ts';
import { type ChangeRule, changeRules, findChanges } from './change-rules.ts';
import { readPlan } from './plan-model.ts';
import { ReportBuilder } from './report-builder.ts';
import type { PolicyRule, Violation } from './rule.ts';
import { builtInRules } from './rules/index.ts';
import { matchesWildcard } from './wildcard.ts';

type Profile = ProjectPolicySettings['profile'];

const modesBySeverity: Record<Profile, Record<PolicySeverity, PolicyMode>> = {
  advisory: { critical: 'warn', high: 'warn', medium: 'warn', low: 'warn' },
  guarded: { critical: 'block', high: 'approve', medium: 'warn', low: 'warn' },
  strict: { critical: 'block', high: 'block', medium: 'approve', low: 'warn' },
};
/** For what changes rights or data, and for what the plan does not tell. */
const attentionMode: Record<Profile, PolicyMode> = {
  advisory: 'warn',
  guarded: 'approve',
  strict: 'approve',
};

/**
 * Judges a plan (`terraform show -json`) by the built-in rules and the limits of the project. Resources that the
 * plan deletes are not judged. The user's own rules are in `evaluateUserRules`.
 */
export function evaluatePlan(planJson: unknown, settings: ProjectPolicySettings): PolicyReport {
  const plan = readPlan(planJson);
  const builder = new ReportBuilder(settings);
  const { profile } = settings;
  for (const resource of plan.resources)
    for (const rule of builtInRules) {
      if (settings.modes[rule.id] === 'off' || !appliesTo(rule, resource.type)) continue;
      const violations = rule.check(resource, plan);
      if (violations.length > 0)
        builder.add({
          ...metadata(rule),
          ...summary(violations, modesBySeverity[profile][rule.severity], attentionMode[profile]),
          address: resource.address,
        });
    }
  for (const { id, resource, subject, message } of [
    ...findChanges(plan),
    ...exceededLimits(plan, settings.blastRadius),
  ]) {
    const { mode, modeInAdvisory, ...rule }: ChangeRule = changeRules[id];
    const place = { address: resource?.address ?? null, subject: subject ?? null };
    const byProfile = profile === 'advisory' ? modeInAdvisory : undefined;
    const defaultMode = mode ?? byProfile ?? attentionMode[profile];
    builder.add({ id, ...place, ...rule, message, allowable: true, defaultMode });
  }
  return builder.build();
}

function appliesTo(rule: PolicyRule, type: string): boolean {
  return rule.types.some(
    (pattern) => pattern === type || (pattern.endsWith('*') && matchesWildcard(pattern, type)),
  );
}

function metadata({ id, severity, remediation, frameworks }: PolicyRule) {
  return { id, severity, remediation, frameworks, allowable: true };
}

/** One finding per rule and resource: a certain violation outweighs what needs a review. */
function summary(violations: Violation[], mode: PolicyMode, reviewMode: PolicyMode) {
  const certain = violations.filter((violation) => !violation.review);
  const shown = certain.length > 0 ? certain : violations;
  const message = [...new Set(shown.map((violation) => violation.message))].join('; ');
  return { message, defaultMode: certain.length > 0 ? mode : reviewMode };
}
