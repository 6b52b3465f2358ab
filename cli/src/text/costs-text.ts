import type { CostEstimate, costHistorySchema, PlanView, ProjectCosts } from '@deployment-engine/contracts';
import type { z } from 'zod';
import { printable, table } from './printable.ts';

type PlanCost = NonNullable<PlanView['cost']>;

export function projectCostsText({ projectId, source, costs }: ProjectCosts): string {
  return estimateText(projectId, costs, `from the ${source}, `);
}

/** Renders an estimate: the dearest resource first, then what has no price. */
export function estimateText(name: string, costs: CostEstimate, source = ''): string {
  const dear = costs.resources.toSorted((left, right) => (right.monthlyCost ?? 0) - (left.monthlyCost ?? 0));
  const { total, currency, confidence, diff, unpriced, priceBook } = costs;
  return printable(
    [
      `${name}: ${total.toFixed(2)} ${currency} a month (${source}${confidence})`,
      ...dear
        .filter(({ status }) => status !== 'free' && status !== 'unsupported')
        .map(({ address, monthlyCost }) => `  ${(monthlyCost?.toFixed(2) ?? '?').padStart(12)}  ${address}`),
      ...unpriced.map(({ address, component, detail }) =>
        [`  not priced: ${address}`, ...(component ? [component] : []), detail].join(', '),
      ),
      ...(diff
        ? [`the newest plan changes this by ${diff.difference.toFixed(2)} to ${diff.after.toFixed(2)}`]
        : []),
      `prices of ${priceBook.asOf}`,
      ...priceBook.warnings,
    ].join('\n'),
  );
}

/** Renders what a plan changes, in USD a month; `?` for a price that is not known. */
export function planCostText(jobId: string, { total, diff }: PlanCost): string {
  const rows = (diff?.resources ?? []).map(({ address, change, before, after, difference }) => [
    `  ${change}`,
    amount(before),
    amount(after),
    difference === null ? '?' : signed(difference),
    address,
  ]);
  const change = diff ? ` (${signed(diff.difference)})` : '';
  return printable(
    [
      `${jobId}: ${total.toFixed(2)} USD a month once applied${change}`,
      ...(rows.length > 0
        ? [table([['  CHANGE', 'BEFORE', 'AFTER', 'DIFFERENCE', 'RESOURCE'], ...rows])]
        : []),
    ].join('\n'),
  );
}

export function costHistoryText({ entries, projectId }: z.infer<typeof costHistorySchema>): string {
  if (entries.length === 0) return `${projectId}: no completed job yet`;
  const rows = entries.map(({ createdAt, total, currency, type, jobId, priceBookAsOf }) => [
    createdAt,
    `${total.toFixed(2)} ${currency}`,
    type,
    jobId,
    `prices of ${priceBookAsOf}`,
  ]);
  return table([['TIME', 'A MONTH', 'TYPE', 'JOB', ''], ...rows]);
}

function amount(value: number | null): string {
  return value === null ? '?' : value.toFixed(2);
}

export function signed(difference: number): string {
  return `${difference > 0 ? '+' : ''}${difference.toFixed(2)}`;
}
