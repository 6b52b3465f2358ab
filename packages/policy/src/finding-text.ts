import type { Diagnostic, PolicyFinding } from '@deployment-engine/contracts';

const maxShown = 3;
const maxSnippetLength = 1000;

/** The first findings in full, and the number of the others; `where` tells where to read them all. */
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

/** A line of the code, where the code has it. */
export type SourceLine = (file: string | null, line: number | null) => string | undefined;

/** A finding in the form in which Terraform's own errors are shown. */
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
