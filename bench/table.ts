/** One measured figure. If compared with another way of doing the same, `ratio` is ours over theirs. */
export type Row = {
  what: string;
  ours: string;
  theirs?: string;
  ratio?: number;
  /** Required maximum or minimum of the ratio. */
  goal?: { atMost: number } | { atLeast: number };
};

const headings = ['what', 'engine', 'compared with', 'ratio', 'goal', ''];

/** Renders a Markdown table with aligned columns. */
export function renderTable(rows: Row[]): string {
  const lines = rows.map((row) => [
    row.what,
    row.ours,
    row.theirs ?? '',
    row.ratio?.toFixed(2) ?? '',
    goalText(row),
    verdict(row),
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const render = (cells: string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [render(headings), render(widths.map((width) => '-'.repeat(width))), ...lines.map(render)].join(
    '\n',
  );
}

export function median(values: number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Returns the smallest value that `fraction` of the values do not exceed. */
export function percentile(values: number[], fraction: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? Number.NaN;
}

export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

function goalText({ goal }: Row): string {
  if (!goal) return '';
  return 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
}

function verdict({ goal, ratio }: Row): string {
  if (!goal || ratio === undefined) return '';
  const met = 'atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast;
  return met ? 'pass' : 'miss';
}
