import type { UserRule } from '@deployment-engine/contracts';
import type { TerraformPlan } from '@deployment-engine/terraform-code';
import { messagesOfThread } from '../../thread.ts';
import type { JudgedStack } from './judged-stack.ts';
import type { RuleOutcome } from './rule-hit.ts';

/** What rules are evaluated on. */
export type Judged = { plan: TerraformPlan } | { stack: JudgedStack };

/**
 * Runs rules in a thread with limited memory and time. Returns the outcome of each; a rule that exceeds time or memory is
 * missing, and so are later ones.
 */
export async function runRules(
  rules: UserRule[],
  judged: Judged,
  timeoutMs: number,
): Promise<Map<string, RuleOutcome>> {
  const outcomes = await messagesOfThread<RuleOutcome>(
    new URL('./user-rule-worker.ts', import.meta.url),
    timeoutMs,
    {
      workerData: { rules, ...judged },
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
    },
  );
  return new Map(outcomes.map((outcome) => [outcome.id, outcome]));
}
