import type { PlanView, ResourceChange } from '@deployment-engine/contracts';

/** Returns a plan without what does not change: what a reader needs to decide. */
export function planData({ summary, changes, outputChanges, cost, policy }: PlanView) {
  return {
    summary,
    monthlyCost: cost && {
      total: cost.total,
      difference: cost.diff?.difference ?? null,
      resources: cost.diff?.resources ?? [],
    },
    findings: policy?.findings.map(({ id, severity, mode, address, message, remediation, howToAllow }) => ({
      id,
      severity,
      mode,
      address,
      message,
      remediation,
      ...(mode === 'block' ? { howToAllow } : {}),
    })),
    changes: changes.filter(({ action }) => action !== 'no-op').map(changeData),
    outputChanges: Object.fromEntries(
      Object.entries(outputChanges).filter(([, { action }]) => action !== 'no-op'),
    ),
  };
}

function changeData({ address, action, reason, importing, before, after, afterUnknown }: ResourceChange) {
  return {
    address,
    action,
    ...(reason ? { reason } : {}),
    ...(importing ? { importing } : {}),
    ...(action === 'delete' || action === 'forget' ? {} : { attributes: changedAttributes(before, after) }),
    knownAfterApply: Object.keys(mapOf(afterUnknown)),
  };
}

/** For a new object its attributes that have a value, for another one those that differ. */
function changedAttributes(before: unknown, after: unknown) {
  const [old, current] = [mapOf(before), mapOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(current)])];
  const differing = names.filter(
    (name) => JSON.stringify(old[name] ?? null) !== JSON.stringify(current[name] ?? null),
  );
  return Object.fromEntries(
    differing.map((name) => [
      name,
      before === null ? current[name] : { before: old[name] ?? null, after: current[name] ?? null },
    ]),
  );
}

function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
