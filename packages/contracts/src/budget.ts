import { z } from 'zod';
import { costOptionsSchema } from './costs.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { projectParams } from './project.ts';

export const budgetActions = ['warn', 'approve', 'block'] as const;
export const budgetSchema = z.object({
  /** Maximum monthly cost of a project, in the estimate's currency. */
  maxMonthly: z.number().nonnegative().optional(),
  /** Maximum monthly cost that one deploy may add. */
  maxIncrease: z.number().nonnegative().optional(),
  maxIncreasePercent: z.number().nonnegative().optional(),
  /** Action for resources that cannot be priced. */
  onUnknown: z.enum(['ignore', ...budgetActions]).default('warn'),
  /** Action when a limit is exceeded: report it, require approval, or stop the job. */
  action: z.enum(budgetActions).default('block'),
});
export type Budget = z.infer<typeof budgetSchema>;

export const budgetViolationSchema = z.object({
  rule: z.enum(['maxMonthly', 'maxIncrease', 'maxIncreasePercent', 'onUnknown']),
  limit: z.number().nullable(),
  actual: z.number().nullable(),
  /** The resource that breaks the rule: the one that adds most, or the first without a price. */
  address: z.string().nullable(),
  message: z.string(),
});
export type BudgetViolation = z.infer<typeof budgetViolationSchema>;

export const budgetVerdictSchema = z.object({
  decision: z.enum(['allow', ...budgetActions]),
  violations: z.array(budgetViolationSchema),
});
export type BudgetVerdict = z.infer<typeof budgetVerdictSchema>;

const { profile, currency } = costOptionsSchema.shape;

/** A project's budget; limits are amounts in `currency`, with usage from the profile. */
export const projectBudgetSchema = z.strictObject({
  ...budgetSchema.shape,
  profile,
  currency: currency.unwrap().default('USD'),
});
export type ProjectBudget = z.infer<typeof projectBudgetSchema>;

export const budgetAnswerSchema = z.object({
  projectId: z.string(),
  /** `null` if none is set. */
  budget: projectBudgetSchema.nullable(),
});

export const budgetEndpoints = {
  budget: endpoint({
    method: 'get',
    path: '/api/deploy/costs/{projectId}/budget',
    operationId: 'getBudget',
    tag: 'Analysis',
    summary: "A project's budget",
    role: 'viewer',
    params: projectParams,
    status: 200,
    answer: budgetAnswerSchema,
    problems: ['invalid_request'],
  }),
  setBudget: endpoint({
    method: 'put',
    path: '/api/deploy/costs/{projectId}/budget',
    operationId: 'setBudget',
    tag: 'Analysis',
    summary: 'Set the budget that later plans of a project are checked against; allowed before its first job',
    role: 'approver',
    params: projectParams,
    body: projectBudgetSchema,
    status: 200,
    answer: budgetAnswerSchema,
    problems: ['invalid_request', 'malformed_json'],
  }),
  removeBudget: endpoint({
    method: 'delete',
    path: '/api/deploy/costs/{projectId}/budget',
    operationId: 'removeBudget',
    tag: 'Analysis',
    summary: "Remove a project's budget",
    role: 'approver',
    params: projectParams,
    status: 200,
    answer: budgetAnswerSchema,
    problems: ['invalid_request'],
  }),
} as const satisfies Record<string, Endpoint>;
