import type { BudgetVerdict, JobErrorReason, JobEventBody } from '@deployment-engine/contracts';
import * as costs from '@deployment-engine/pricing';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../context.ts';
import type { JobRow } from '../server/database/job-row.ts';
import { findBudget } from './budgets.ts';
import { estimatePlan } from './plan-cost.ts';

type GateEvent = Extract<JobEventBody, { type: 'gate' }>;
export type BudgetDecision = Pick<GateEvent, 'verdict' | 'message'> & { reason: JobErrorReason };

const verdicts = {
  allow: 'passed',
  warn: 'warned',
  approve: 'approval_required',
  block: 'blocked',
} as const satisfies Record<BudgetVerdict['decision'], GateEvent['verdict']>;

const maxReasons = 5;

/** Checks a job's plan against its project's budget; `undefined` if the project has none. */
export async function budgetDecision(context: Context, job: JobRow): Promise<BudgetDecision | undefined> {
  const budget = await findBudget(context.database.query, job.project_id);
  if (!budget) return undefined;
  const planned = { id: job.id, projectId: job.project_id, revision: job.revision };
  try {
    const estimate = await estimatePlan(context, planned, budget);
    const { decision, violations } = costs.judgeBudget(estimate, estimate.diff, budget);
    const reasons = violations.slice(0, maxReasons).map(({ message }) => message);
    if (violations.length > maxReasons) reasons.push(`and ${violations.length - maxReasons} more`);
    const message =
      decision === 'allow'
        ? `The plan costs ${estimate.total} ${budget.currency} a month, within the budget.`
        : `budget in ${budget.currency}: ${reasons.join('; ')}`;
    return { verdict: verdicts[decision], message, reason: 'budget_exceeded' };
  } catch (error) {
    // If the costs cannot be estimated, the plan may exceed the budget, so it is blocked.
    if (!(error instanceof DomainError)) throw error;
    const faults = error.fields.map(({ detail }) => detail).join('; ');
    return { verdict: 'blocked', message: `budget: ${faults}`, reason: 'costs_not_readable' };
  }
}
