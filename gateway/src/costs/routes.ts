import { endpoints } from '@deployment-engine/contracts';
import type { Router } from 'express';
import type { Context } from '../context.ts';
import { cutPage, decodeNumberCursor } from '../http/cursor.ts';
import { route } from '../http/route.ts';
import { findProject } from '../projects/store.ts';
import { deleteBudget, findBudget, saveBudget } from './budgets.ts';
import { codeCosts } from './code-costs.ts';
import { requireRate } from './estimate-costs.ts';
import { listCosts } from './history.ts';
import { projectCosts } from './project-costs.ts';

export function costRoutes(router: Router, context: Context): void {
  const { query } = context.database;

  route(router, endpoints.costs, async ({ params, query: options }) =>
    projectCosts(context, await findProject(query, params.projectId), options),
  );
  route(router, endpoints.codeCosts, async ({ body }) => {
    const costs = await codeCosts(context, body);
    return { estimated: true, costs, source: 'code' as const, message: 'Cost estimation completed' };
  });
  route(router, endpoints.budget, async ({ params: { projectId } }) => ({
    projectId,
    budget: await findBudget(query, projectId),
  }));
  route(router, endpoints.setBudget, async ({ params: { projectId }, body }) => {
    requireRate(context, body.currency);
    await saveBudget(query, projectId, body);
    return { projectId, budget: body };
  });
  route(router, endpoints.removeBudget, async ({ params: { projectId } }) => {
    await deleteBudget(query, projectId);
    return { projectId, budget: null };
  });
  route(router, endpoints.costHistory, async ({ params, query: { cursor, limit } }) => {
    const { id: projectId } = await findProject(query, params.projectId);
    const before = decodeNumberCursor(cursor);
    const rows = await listCosts(query, projectId, { before, limit: limit + 1 });
    const { page, next } = cutPage(rows, limit, (row) => row.id);
    return {
      projectId,
      entries: page.map((row) => ({
        jobId: row.job_id,
        type: row.type,
        total: row.total,
        byCategory: JSON.parse(row.categories),
        currency: row.currency,
        priceBookAsOf: row.price_book_as_of,
        createdAt: row.created_at.toISOString(),
      })),
      nextCursor: next,
    };
  });
}
