/** One place where a user's rule is broken. */
export type RuleHit = { address: string | null; message?: string };

/** What the worker says about one rule. */
export type RuleOutcome = { id: string; hits: RuleHit[] } | { id: string; error: string };
