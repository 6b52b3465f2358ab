import type { Stage } from './stage.ts';
import type { Trap } from './trap.ts';

/** Code that does what it must not. */
export type Attack = {
  row: number;
  name: string;
  files: (trap: Trap) => Record<string, string>;
  /** Findings that deny it. */
  findings: string[];
  /** Shows whether it worked. `shown` is all that the API says. */
  evidence: (said: { shown: string; trap: Trap; stage: Stage }) => boolean | Promise<boolean>;
  /** The rule cannot be disabled: plain Terraform shows that the attack works. */
  always?: boolean;
};
