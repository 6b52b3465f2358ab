import { type ProjectBudget, projectBudgetSchema } from '@deployment-engine/contracts';
import type { Query } from '../server/database/open.ts';

export async function findBudget(query: Query, projectId: string): Promise<ProjectBudget | null> {
  const row = await query
    .selectFrom('project_budgets')
    .select('budget')
    .where('project_id', '=', projectId)
    .executeTakeFirst();
  return row ? projectBudgetSchema.parse(JSON.parse(row.budget)) : null;
}

export async function saveBudget(query: Query, projectId: string, budget: ProjectBudget): Promise<void> {
  const row = { budget: JSON.stringify(budget), updated_at: new Date() };
  await query
    .insertInto('project_budgets')
    .values({ project_id: projectId, ...row })
    .onConflict((conflict) => conflict.column('project_id').doUpdateSet(row))
    .execute();
}

export async function deleteBudget(query: Query, projectId: string): Promise<void> {
  await query.deleteFrom('project_budgets').where('project_id', '=', projectId).execute();
}
