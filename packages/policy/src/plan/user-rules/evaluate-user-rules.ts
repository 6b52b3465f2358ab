import type { PolicyReport, UserRule } from '@deployment-engine/contracts';
import { redactPlan, type TerraformPlan } from '@deployment-engine/terraform-code';
import { ReportBuilder } from '../report-builder.ts';
import { modeOf, type PolicySettings } from '../settings.ts';
import type { RuleOutcome } from './rule-hit.ts';
import { runRules } from './run-rules.ts';

/** For all rules of a plan together. */
const defaultTimeoutMs = 5000;

/**
 * Evaluates the project's own rules on a plan with sensitive values redacted, in a thread with limited memory
 * and time. A rule that fails or times out counts as violated: it cannot confirm that the plan is good.
 */
export async function evaluateUserRules(
  plan: TerraformPlan,
  settings: PolicySettings,
  timeoutMs = defaultTimeoutMs,
): Promise<PolicyReport> {
  const builder = new ReportBuilder(settings);
  const rules = settings.userRules.filter((rule) => modeOf(settings, rule.id, rule.mode) !== 'off');
  const outcomes =
    rules.length > 0 ? await runUserRules(rules, redactPlan(plan) as TerraformPlan, timeoutMs) : new Map();
  for (const rule of rules) report(builder, rule, outcomes.get(rule.id));
  return builder.build();
}

/** Returns the outcome of each rule on a plan, as `runRules` does. */
export async function runUserRules(
  rules: UserRule[],
  plan: TerraformPlan,
  timeoutMs: number,
): Promise<Map<string, RuleOutcome>> {
  return runRules(rules, { plan }, timeoutMs);
}

function report(builder: ReportBuilder, rule: UserRule, outcome: RuleOutcome | undefined): void {
  const { id, severity, mode, message, remediation } = rule;
  const add = (address: string | null, text: string, subject: string | null = null) =>
    builder.add({
      id,
      severity,
      defaultMode: mode,
      allowable: true,
      address,
      subject,
      message: text,
      remediation,
    });
  if (!outcome) add(null, `${message} (the rule ran out of time or memory)`);
  else if ('error' in outcome) add(null, `${message} (the rule cannot be evaluated: ${outcome.error})`);
  else
    for (const hit of outcome.hits)
      add(hit.address, hit.message ? `${message}: ${hit.message}` : message, hit.message ?? null);
}
