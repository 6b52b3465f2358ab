import type { Diagnostic, PolicyFinding, PolicyReport } from '@deployment-engine/contracts';
import { findingDiagnostic, type SourceLine } from '../finding-text.ts';
import { fencedFiles } from './fenced.ts';
import type { UploadedFiles } from './preflight.ts';
import type { PreflightRuleId } from './rules.ts';
import { textOf } from './source-files.ts';
import { sourceLines } from './source-lines.ts';

/**
 * How to ask Terraform about refused code that may be invalid. `parse` evaluates nothing and is safe for any
 * code. `validate` is for code in which only functions are refused, none of which Terraform may have.
 */
export type Question =
  | { kind: 'parse'; templates: string[] }
  | { kind: 'validate'; absentFunctions: string[] };

/** Returns `undefined` if all of the code was read and is forbidden. */
export function questionFor(report: PolicyReport): Question | undefined {
  const blocking = report.findings.filter(({ mode }) => mode === 'block');
  if (blocking.some(({ id }) => id === 'PRE-PATH')) return undefined; // no runner accepts such a file
  if (blocking.some(({ invalid }) => invalid === 'syntax' || invalid === 'module'))
    return { kind: 'parse', templates: templatesIn(blocking) };
  if (report.truncated || blocking.length === 0 || blocking.some(({ invalid }) => !invalid)) return undefined;
  const names = blocking.map(({ subject }) => (subject ?? '').replace(/^core::/, ''));
  return { kind: 'validate', absentFunctions: [...new Set(names)] };
}

function templatesIn(findings: PolicyFinding[]): string[] {
  const files = findings.filter(({ id, invalid }) => id === 'PRE-TEMPLATE' && invalid === 'syntax');
  return [...new Set(files.flatMap(({ file }) => file ?? []))].slice(0, 500);
}

/** Rules whose findings remain valid even if more files of the code can be read later. */
const definite: ReadonlySet<string> = new Set<PreflightRuleId>([
  'PRE-BACKEND',
  'PRE-DATA-SOURCE',
  'PRE-DUPLICATE-KEY',
  'PRE-FILE-TYPE',
  'PRE-OVERRIDE',
  'PRE-PATH',
  'PRE-PROVISIONER',
  'PRE-RESOURCE-TYPE',
]);

/**
 * Explains to its author why refused code is invalid: Terraform's errors, text around the code, missing
 * modules, and what is forbidden in any case. Empty if nothing shows that it is invalid.
 */
export function invalidCode(
  report: PolicyReport,
  files: UploadedFiles,
  fromTerraform: Diagnostic[],
): Diagnostic[] {
  const blocking = report.findings.filter(({ mode }) => mode === 'block');
  const lineOf = sourceLinesOf(files);
  const fenced = fencedFiles(files, blocking);
  const isElsewhere = ({ file }: Diagnostic) => !fenced.some((diagnostic) => diagnostic.file === file);
  const errors = [...fenced, ...fromTerraform.filter(isElsewhere)];
  const missing = blocking.filter(({ invalid }) => invalid === 'module');
  const isForbidden = blocking.some(({ invalid }) => invalid === undefined || invalid === 'syntax');
  if (!errors.some(({ severity }) => severity === 'error') && (missing.length === 0 || isForbidden))
    return [];
  return [
    ...errors,
    ...missing.map((finding) => moduleDiagnostic(finding, lineOf)),
    ...blocking
      .filter(({ id, invalid }) => !invalid && definite.has(id))
      .map((finding) => findingDiagnostic(finding, lineOf)),
  ];
}

export function sourceLinesOf(files: UploadedFiles): SourceLine {
  return sourceLines((path) => {
    const content = files.get(path);
    return content === undefined ? undefined : textOf(content);
  });
}

function moduleDiagnostic(finding: PolicyFinding, lineOf: SourceLine): Diagnostic {
  return {
    ...findingDiagnostic(finding, lineOf),
    code: 'module_not_found',
    summary: 'Module not found',
    detail: `No file in ${JSON.stringify(finding.subject)} was sent with the code. Send the module's files under that folder, or correct the source.`,
  };
}

/** Formats one line of text: the first error, and how many more there are. */
export function invalidCodeMessage(diagnostics: Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (!first) return 'validate: the code is not valid';
  const place = first.file ? ` (${first.file}${first.line ? `:${first.line}` : ''})` : '';
  const detail = first.detail.split('\n').find((line) => line.trim()) ?? '';
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return `validate: ${first.summary}${place}${detail ? `: ${detail.trim()}` : ''}${more}`;
}
