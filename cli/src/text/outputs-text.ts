import { printable } from './printable.ts';

/** Renders outputs, one `name = value` each. */
export function outputsText(outputs: Record<string, unknown>): string {
  const width = Math.max(0, ...Object.keys(outputs).map((name) => name.length));
  return Object.entries(outputs)
    .map(([name, value]) => `${name.padEnd(width)} = ${valueText(value)}`)
    .join('\n');
}

function valueText(value: unknown): string {
  if (value === '(sensitive)') return value;
  return printable(JSON.stringify(value, null, 2) ?? 'null');
}
