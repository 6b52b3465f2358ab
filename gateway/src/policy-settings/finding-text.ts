import type { Diagnostic, PolicyFinding } from '@deployment-engine/contracts';

const maxShown = 3;

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

/** A finding in the form in which Terraform's own errors are shown. */
export function findingDiagnostic(
  finding: PolicyFinding,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  const { id, message, remediation, howToAllow, file, line, address } = finding;
  return {
    severity,
    code: id,
    summary: message,
    detail: `${remediation} To allow it: ${howToAllow}`.trim(),
    file,
    line,
    column: null,
    endLine: null,
    endColumn: null,
    snippet: null,
    address,
  };
}
