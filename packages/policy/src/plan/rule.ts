import type { PolicySeverity } from '@deployment-engine/contracts';
import type { PlanModel, PlannedResource } from './plan-model.ts';
import type { PlannedValue } from './planned-value.ts';

export type Violation = {
  /** Says what is wrong, without any value of the plan: values may be secrets. */
  message: string;
  /** True where the plan does not tell: somebody has to look. */
  review?: boolean;
};

export type PolicyRule = {
  id: string;
  severity: PolicySeverity;
  remediation: string;
  /** Framework → clauses. They support evidence and certify nothing. */
  frameworks: Record<string, string[]>;
  /** Resource types the rule looks at. */
  types: readonly string[];
  check: (resource: PlannedResource, plan: PlanModel) => Violation[];
};

/** A violation with this message where the condition holds. */
export function violationIf(condition: boolean, message: string): Violation[] {
  return condition ? [{ message }] : [];
}

export function review(message: string): Violation[] {
  return [{ message: `${message} is known only after apply; look at it`, review: true }];
}

/**
 * A violation where a value is not as it should be. `isGood` sees `undefined` where the value is unset; where
 * the code sets it to something that only apply will tell, the finding asks for a review instead.
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

/** Some provider versions write booleans as text. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

export function isFalse(value: unknown): boolean {
  return value === false || value === 'false';
}
