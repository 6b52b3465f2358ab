import type { Diagnostic } from '@deployment-engine/contracts';
import { printable } from '../text/printable.ts';
import { engineText } from './engine-text.ts';

/**
 * Renders a diagnostic with its place, the code line and a caret under the cause:
 *
 *     error: Unsupported argument
 *       main.tf:2:3, in resource "terraform_data" "a"
 *         2 |   inputs = "x"
 *           |   ^^^^^^
 *       An argument named "inputs" is not expected here.
 */
export function diagnosticText(diagnostic: Diagnostic): string {
  const { severity, summary, detail, values } = diagnostic;
  return printable(
    [
      `${severity}: ${summary}`,
      ...placeLines(diagnostic),
      ...snippetLines(diagnostic),
      ...values.map((value) => `  ${value}`),
      ...engineText(detail)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => `  ${line}`),
    ].join('\n'),
  );
}

function placeLines({ file, line, column, address, context }: Diagnostic): string[] {
  const place = file && [file, line, column].filter((part) => part !== null).join(':');
  const within = context ?? address;
  if (!place) return within ? [`  in ${within}`] : [];
  return [`  ${place}${within ? `, in ${within}` : ''}`];
}

function snippetLines(diagnostic: Diagnostic): string[] {
  const { snippet, line } = diagnostic;
  if (snippet === null || line === null) return [];
  const lines = snippet.replace(/\n$/, '').split('\n');
  const width = String(line + lines.length - 1).length + 2;
  return lines.flatMap((text, index) => {
    const code = `  ${String(line + index).padStart(width)} | ${text}`;
    return index === 0 ? [code, ...caretLine(diagnostic, text, width)] : [code];
  });
}

/** Tabs before the cause are kept, so that the caret is under it at any tab width. */
function caretLine(diagnostic: Diagnostic, text: string, width: number): string[] {
  const { line, column, endLine, endColumn } = diagnostic;
  if (column === null) return [];
  const characters = [...text];
  const before = characters.slice(0, column - 1).map((character) => (character === '\t' ? '\t' : ' '));
  const end = endLine === line && endColumn !== null ? endColumn : characters.length + 1;
  const carets = '^'.repeat(Math.max(1, Math.min(end, characters.length + 1) - column));
  return [`  ${' '.repeat(width)} | ${before.join('')}${carets}`];
}
