import type { PolicySeverity } from '@deployment-engine/contracts';
import type { PlanModel, PlannedResource } from './plan-model.ts';
import type { PlannedValue } from './planned-value.ts';

export type Violation = {
  /** Says what is wrong. Must not contain values of the plan: they may be secrets. */
  message: string;
  /** True if the plan does not show whether the rule is violated: a person must review it. */
  review?: boolean;
};

export type PolicyRule = {
  id: string;
  severity: PolicySeverity;
  remediation: string;
  /** Framework → clauses; evidence, not certification. */
  frameworks: Record<string, string[]>;
  /** Resource types that the rule applies to. */
  types: readonly string[];
  check: (resource: PlannedResource, plan: PlanModel) => Violation[];
};

/** Returns a violation with this message if the condition is true. */
export function violationIf(condition: boolean, message: string): Violation[] {
  return condition ? [{ message }] : [];
}

export function review(message: string): Violation[] {
  return [{ message: `${message} is known only after apply; look at it`, review: true }];
}

/**
 * Returns a violation if a value is not good. `isGood` gets `undefined` for an unset value. If the code sets
 * it to a value known only after apply, the finding asks for a review instead.
 */
export function expectValue(
  name: string,
  attribute: PlannedValue,
  isGood: (value: unknown) => boolean,
  message = `${name} is not as it should be`,
): Violation[] {
  if (attribute.isPending) return review(name);
  return violationIf(!isGood(attribute.value), message);
}

export function expectTrue(name: string, attribute: PlannedValue): Violation[] {
  return expectValue(name, attribute, isTrue, `${name} is not true`);
}

/** Some provider versions store booleans as text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

export function isFalse(value: unknown): boolean {
  return value === false || value === 'false';
}
