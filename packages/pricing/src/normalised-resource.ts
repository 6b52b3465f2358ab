import type { ChangeAction } from '@deployment-engine/contracts';

export type Values = Record<string, unknown>;

/** A resource as input of the estimator, from a plan, a state or code. */
export type NormalisedResource = {
  address: string;
  type: string;
  /** The cloud's name of the region; `null` if unknown. */
  region: string | null;
  values: Values;
  /** Terraform's `after_unknown`: `true` in place of each value known only after apply. */
  unknown: Values;
  action: ChangeAction;
  /** Addresses that an attribute refers to, keyed by its path without indices (`launch_template.id`). */
  references: Record<string, string[]>;
};
