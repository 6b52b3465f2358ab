/** One violation of a user-defined rule. */
export type RuleHit = { address: string | null; message?: string };

/** The worker's result for one rule. */
export type RuleOutcome = { id: string; hits: RuleHit[] } | { id: string; error: string };
