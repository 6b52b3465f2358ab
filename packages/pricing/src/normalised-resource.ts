import type { ChangeAction } from '@deployment-engine/contracts';

export type Values = Record<string, unknown>;

/** One resource as the estimator sees it, whether it came from a plan, a state or code. */
export type NormalisedResource = {
  address: string;
  type: string;
  /** The cloud's own name of the region; `null` where nothing says it. */
  region: string | null;
  values: Values;
  /** Terraform's `after_unknown`: `true` in place of each value known only after apply. */
  unknown: Values;
  action: ChangeAction;
  /** Addresses that an attribute refers to, keyed by its path without indices (`launch_template.id`). */
  references: Record<string, string[]>;
};
