import type { Diagnostic, PolicyFinding } from '@deployment-engine/contracts';

const maxShown = 3;
const maxSnippetLength = 1000;

/** Formats the first findings and the number of the others; `where` says where to read them all. */
export function findingsText(findings: PolicyFinding[], where: string): string {
  const shown = findings.slice(0, maxShown).map(findingText);
  const others = findings.length - shown.length;
  return [...shown, ...(others > 0 ? [`and ${others} more; see ${where}`] : [])].join(' | ');
}

function findingText({ id, message, remediation, howToAllow, ...place }: PolicyFinding): string {
  const at = placeText(place);
  return `${id}${at ? ` at ${at}` : ''}: ${message}. ${remediation} To allow it: ${howToAllow}`;
}

function placeText({ file, line, address }: Pick<PolicyFinding, 'file' | 'line' | 'address'>): string {
  const position = file && `${file}${line ? `:${line}` : ''}`;
  return [position, address].filter(Boolean).join(', ');
}

/** Returns a line of the code, if it exists. */
export type SourceLine = (file: string | null, line: number | null) => string | undefined;

/** Converts a finding to the form of Terraform's own errors. */
export function findingDiagnostic(
  finding: PolicyFinding,
  lineOf: SourceLine = () => undefined,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  const { id, message, remediation, howToAllow, file, line, column, address } = finding;
  return {
    severity,
    code: id,
    summary: message,
    detail: `${remediation} To allow it: ${howToAllow}`.trim(),
    file,
    line,
    column,
    endLine: null,
    endColumn: null,
    snippet: lineOf(file, line)?.slice(0, maxSnippetLength) ?? null,
    address,
    context: null,
    values: [],
  };
}
