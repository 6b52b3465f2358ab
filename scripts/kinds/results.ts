import type { AppliedKind } from './apply-kind.ts';
import type { PlannedKind } from './plan-kind.ts';

export type KindResult = { planned: PlannedKind; applied?: AppliedKind | undefined };

const yesNo = (value: boolean | undefined) => (value === undefined ? '–' : value ? 'yes' : 'no');

/** Renders what was measured as a table. */
export function resultsTable(results: Record<string, KindResult>): string {
  const rows = Object.entries(results).map(([name, result]) => row(name, result));
  const head =
    '| kind | valid | plans | strict findings | applied | second plan | updated | destroyed | s | reason |';
  return [head, head.replaceAll(/[^|]+/g, ' --- '), ...rows.sort()].join('\n');
}

function row(name: string, { planned, applied }: KindResult): string {
  const second = applied?.secondPlan;
  const secondWords = second === undefined ? '–' : second.length === 0 ? 'empty' : second.join(', ');
  const reasons = [planned.error, ...(applied?.reasons ?? [])].filter((text) => text !== undefined);
  const cells = [
    name,
    yesNo(planned.isValid),
    String(planned.plans),
    String(planned.findings.length),
    yesNo(applied?.applied),
    secondWords,
    yesNo(applied?.updated),
    yesNo(applied?.destroyed),
    applied ? applied.seconds.toFixed(0) : '–',
    reasons.join('; ').replaceAll('|', '/').slice(0, 300),
  ];
  return `| ${cells.join(' | ')} |`;
}
