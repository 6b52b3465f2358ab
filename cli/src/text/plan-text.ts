import type { ChangeAction, PlanView, ResourceChange } from '@deployment-engine/contracts';
import { type AttributeLine, attributeLines } from './attribute-lines.ts';
import { paint } from './paint.ts';
import { printable } from './printable.ts';
import { hasChanges, planSummaryText } from './summary-text.ts';

const actions: Record<ChangeAction, { symbol: string; what: string }> = {
  create: { symbol: '+', what: 'will be created' },
  read: { symbol: '<=', what: 'will be read during apply' },
  update: { symbol: '~', what: 'will be changed' },
  delete: { symbol: '-', what: 'will be destroyed' },
  replace: { symbol: '-/+', what: 'must be replaced' },
  'no-op': { symbol: ' ', what: 'does not change' },
  forget: { symbol: '.', what: 'will no longer be managed' },
};
const sensitive = '(sensitive)';

/** Renders a plan as Terraform does: each change with the attributes that differ. */
export function planText(plan: PlanView): string {
  const blocks = plan.changes
    .filter(({ action, importing }) => action !== 'no-op' || importing)
    .map(changeText);
  return [...blocks, outputChanges(plan), summaryLine(plan), ...planNotes(plan)]
    .filter((block) => block !== '')
    .join('\n\n');
}

/** Returns the cost change and the policy's findings; empty if there are none. */
export function planNotes(plan: PlanView): string[] {
  return [...costLine(plan), ...findingLines(plan)];
}

/** Whether an apply of the plan would change anything, also only outputs. */
export function changesAnything({ summary, outputChanges }: PlanView): boolean {
  return hasChanges(summary) || Object.values(outputChanges).some(({ action }) => action !== 'no-op');
}

function changeText({ address, action, reason, importing, ...values }: ResourceChange): string {
  const { symbol, what } = actions[action];
  const why = reason ? ` (${reason.replaceAll('_', ' ')})` : '';
  const imported = importing ? ', and imported' : '';
  const lines = attributeLines({ before: values.before, after: values.after, unknown: values.afterUnknown });
  return [
    `# ${printable(address)} ${what}${imported}${why}`,
    `${paint(symbol)} ${printable(address)}`,
    ...lines.map(attributeText),
  ].join('\n');
}

function attributeText({ sign, text }: AttributeLine): string {
  return `    ${paint(sign)} ${text}`.trimEnd();
}

type OutputChange = PlanView['outputChanges'][string];

function outputChanges({ outputChanges: changes }: PlanView): string {
  const changed = Object.entries(changes)
    .filter(([, { action }]) => action !== 'no-op')
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  const lines = changed.flatMap(([name, change]) => outputLines(name, change));
  return lines.length > 0 ? ['Outputs:', ...lines.map(attributeText)].join('\n') : '';
}

/** A change between two sensitive values cannot be seen in them. */
function outputLines(name: string, { action, before, after }: OutputChange): AttributeLine[] {
  if (action === 'update' && before === sensitive && after === sensitive)
    return [{ sign: '~', text: `${printable(name)} = ${sensitive}` }];
  return attributeLines({
    before: { [name]: action === 'create' ? undefined : before },
    after: { [name]: action === 'delete' ? undefined : after },
    unknown: { [name]: action !== 'delete' && after === undefined },
  });
}

function summaryLine({ summary }: PlanView): string {
  return `Plan: ${planSummaryText(summary)}.`;
}

function costLine({ cost }: PlanView): string[] {
  if (!cost?.diff || cost.diff.difference === 0) return [];
  const { difference, after } = cost.diff;
  return [`Cost: ${difference > 0 ? '+' : ''}${difference.toFixed(2)} USD a month, to ${after.toFixed(2)}.`];
}

function findingLines({ policy }: PlanView): string[] {
  if (!policy || policy.findings.length === 0) return [];
  const lines = policy.findings.map(
    ({ mode, id, address, message }) => `  ${mode.padEnd(7)}  ${id}  ${address ?? ''}: ${message}`,
  );
  return [printable(['Policy findings:', ...lines].join('\n'))];
}
