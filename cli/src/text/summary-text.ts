import type { PlanSummary } from '@deployment-engine/contracts';

const words: [keyof PlanSummary, planned: string, done: string][] = [
  ['import', 'to import', 'imported'],
  ['create', 'to create', 'created'],
  ['update', 'to change', 'changed'],
  ['replace', 'to replace', 'replaced'],
  ['delete', 'to destroy', 'destroyed'],
];

export function hasChanges(summary: PlanSummary): boolean {
  return words.some(([name]) => summary[name] > 0);
}

/** Returns for example `1 to create, 2 to destroy`, or `no changes`. */
export function planSummaryText(summary: PlanSummary): string {
  return text(summary, 1);
}

/** Returns for example `1 created, 2 destroyed`, or `no changes`. */
export function doneSummaryText(summary: PlanSummary): string {
  return text(summary, 2);
}

function text(summary: PlanSummary, form: 1 | 2): string {
  const parts = words.filter(([name]) => summary[name] > 0).map((row) => `${summary[row[0]]} ${row[form]}`);
  return parts.length > 0 ? parts.join(', ') : 'no changes';
}
