import type { RunEventBody } from '@deployment-engine/contracts';
import { toDiagnostic } from './diagnostic.ts';
import { plainText } from './plain-text.ts';
import type { TerraformDiagnostic } from './terraform-diagnostic.ts';
import type { Reading } from './ui-message.ts';

/**
 * Reads problems from plain-text output, for a Terraform whose `init` has no JSON. Each begins with "Error:"
 * or "Warning:"; a line "on <file> line <n>" gives the place.
 */
export function readTextDiagnostics(text: string, reading: Reading): RunEventBody[] {
  const blocks = plainText(text)
    .split('\n')
    .map((line) => line.replace(/^\s*[╷│╵|]?\s?/, ''))
    .join('\n')
    .split(/^(?=(?:Error|Warning): )/m)
    .filter((block) => /^(Error|Warning): /.test(block));
  return blocks.map((block) => ({
    type: 'diagnostic',
    step: reading.step,
    diagnostic: toDiagnostic(parseBlock(block), reading),
  }));
}

function parseBlock(block: string): TerraformDiagnostic {
  const [title = '', ...rest] = block.split('\n');
  const place = /^\s*on (\S+) line (\d+)/m.exec(block);
  const line = Number(place?.[2] ?? 0);
  return {
    severity: title.startsWith('Error') ? 'error' : 'warning',
    summary: title.replace(/^(Error|Warning): /, '').trim(),
    detail: rest
      .filter((text) => !/^\s*(on \S+ line \d+|\d+: )/.test(text))
      .join('\n')
      .trim(),
    ...(place?.[1]
      ? { range: { filename: place[1], start: { line, column: 1 }, end: { line, column: 1 } } }
      : {}),
  };
}
