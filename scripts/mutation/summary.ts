import { relative, resolve } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';

const root = resolve(import.meta.dirname, '../..');

export type Summary = {
  /** A row: module, mutants, killed, survived, score. */
  line: string;
  /** The row, each mutant that no test noticed, and each that made a test exceed its time: a loop, or a busy machine. */
  details: string;
};

/** Sums up one module's mutants. A mutant that does not run (a type error, say) counts on neither side. */
export function summaryOf(name: string, mutants: MutantResult[]): Summary {
  const killed = mutants.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const missed = mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
  const counted = killed + missed.length;
  const score = counted === 0 ? 'none' : `${((killed / counted) * 100).toFixed(1)} %`;
  const line = `| ${name} | ${counted} | ${killed} | ${missed.length} | ${score} |`;
  const listed = [...missed, ...mutants.filter(({ status }) => status === 'Timeout')].map(
    ({ fileName, location, mutatorName, replacement, status }) =>
      `- ${relative(root, resolve(root, fileName))}:${location.start.line}:${location.start.column} ${mutatorName} (${status}): \`${oneLine(replacement)}\``,
  );
  return { line, details: [line, '', ...listed, ''].join('\n') };
}

function oneLine(text = ''): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
