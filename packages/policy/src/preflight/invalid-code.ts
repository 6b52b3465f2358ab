import type { Diagnostic, PolicyFinding, PolicyReport } from '@deployment-engine/contracts';
import { findingDiagnostic, type SourceLine } from '../finding-text.ts';
import { fencedFiles } from './fenced.ts';
import type { UploadedFiles } from './preflight.ts';
import type { PreflightRuleId } from './rules.ts';
import { textOf } from './source-files.ts';
import { sourceLines } from './source-lines.ts';

/**
 * What to ask Terraform about code that is refused and may be wrong: `parse` evaluates nothing and may see any code;
 * `validate` is for code in which nothing else is refused than functions, none of which Terraform may have.
 */
export type Question =
  | { kind: 'parse'; templates: string[] }
  | { kind: 'validate'; absentFunctions: string[] };

/** `undefined` where all of the code was read and is forbidden. */
export function questionFor(report: PolicyReport): Question | undefined {
  const blocking = report.findings.filter(({ mode }) => mode === 'block');
  if (blocking.some(({ id }) => id === 'PRE-PATH')) return undefined; // no runner takes such a file
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

/** Rules whose findings stay true when other files of the code are read after all. */
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
 * Why code that was refused is not valid, for its author: Terraform's own errors, what surrounds the code, modules
 * that are missing, and what is forbidden whatever else is mended. Empty where nothing shows that it is not valid.
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

/** One line for people: the first error, and how many more there are. */
export function invalidCodeMessage(diagnostics: Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (!first) return 'validate: the code is not valid';
  const place = first.file ? ` (${first.file}${first.line ? `:${first.line}` : ''})` : '';
  const detail = first.detail.split('\n').find((line) => line.trim()) ?? '';
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return `validate: ${first.summary}${place}${detail ? `: ${detail.trim()}` : ''}${more}`;
}
