import type { PolicyFinding, PolicyReport } from '@deployment-engine/contracts';
import type { ProjectCode } from './project-code.ts';

/** Converts columns from UTF-16 code units to Unicode characters, as Terraform counts them. */
export function withColumns(report: PolicyReport, readText: ProjectCode['readText']): PolicyReport {
  const lineOf = sourceLines(readText);
  const counted = <F extends PolicyFinding>(finding: F): F => {
    const line = finding.column === null ? undefined : lineOf(finding.file, finding.line);
    return line === undefined || finding.column === null
      ? finding
      : { ...finding, column: characters(line.slice(0, finding.column - 1)) + 1 };
  };
  return { ...report, findings: report.findings.map(counted), allowed: report.allowed.map(counted) };
}

/** Looks up lines of the code, 1-based and without line ends; splits each file once. */
export function sourceLines(readText: ProjectCode['readText']) {
  const files = new Map<string, string[]>();
  return (file: string | null, line: number | null): string | undefined => {
    if (file === null || line === null) return undefined;
    const lines = files.get(file) ?? (readText(file) ?? '').split('\n');
    files.set(file, lines);
    return lines[line - 1]?.replace(/\r$/, '');
  };
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
/** Longer lines are machine-generated, and counting them takes long. */
const maxCounted = 10_000;

function characters(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: searches for ASCII
  if (/^[\x00-\x7f]*$/.test(text) || text.length > maxCounted) return text.length;
  return [...segmenter.segment(text)].length;
}
