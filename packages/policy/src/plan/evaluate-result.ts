import type { PolicyReport } from '@deployment-engine/contracts';
import {
  instanceAddresses,
  type TerraformPlan,
  type TerraformState,
} from '@deployment-engine/terraform-code';
import { judgeResources } from './evaluate-plan.ts';
import { readPlan } from './plan-model.ts';
import { ReportBuilder } from './report-builder.ts';
import type { PolicySettings } from './settings.ts';

/**
 * Checks the result of a plan, with its unknown values taken from the state after apply. Omits findings that
 * were certain in the plan or are still pending. All others only warn, because the resources already exist.
 */
export function evaluateResult(
  plan: TerraformPlan,
  state: TerraformState,
  settings: PolicySettings,
  ofPlan: PolicyReport,
): PolicyReport {
  const builder = new ReportBuilder(settings);
  judgeResources(readPlan(withResults(plan, state)), settings, builder);
  const report = builder.build();
  const key = ({ id, address }: { id: string; address: string | null }) => `${id} ${address}`;
  const known = new Set(
    [...ofPlan.findings.filter(({ pending }) => !pending), ...ofPlan.allowed].map((finding) => key(finding)),
  );
  const findings = report.findings
    .filter((finding) => !finding.pending && !known.has(key(finding)))
    .map((finding) => ({ ...finding, mode: 'warn' as const }));
  return { ...report, allowed: [], findings, verdict: findings.length > 0 ? 'warn' : 'pass' };
}

/** Fills resource values into the plan; a resource missing from the state keeps its planned values. */
function withResults(plan: TerraformPlan, state: TerraformState): TerraformPlan {
  const instances = instanceAddresses(state);
  const changes = plan.resource_changes?.map((resource) => {
    const instance = instances.get(resource.address);
    return instance
      ? { ...resource, change: { ...resource.change, after: instance.attributes, after_unknown: {} } }
      : resource;
  });
  return { ...plan, resource_changes: changes };
}
