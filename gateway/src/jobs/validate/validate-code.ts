import type { Diagnostic, PolicyReport, RunOutcome, Validation } from '@deployment-engine/contracts';
import {
  findingDiagnostic,
  invalidCode,
  type PolicySettings,
  preflightInThread,
  questionFor,
  sourceLinesOf,
} from '@deployment-engine/policy';
import type { Context } from '../../context.ts';
import type { PreparedRevision } from '../../projects/revisions/store.ts';
import { checkByTerraform } from './check-by-terraform.ts';

/**
 * Evaluates the code against the policy. If nothing blocks it, runs init and validate and returns Terraform's
 * diagnostics. Nothing is stored.
 */
export async function validateCode(
  context: Context,
  projectId: string,
  code: PreparedRevision,
  settings: PolicySettings,
): Promise<Validation> {
  const report = await preflightInThread(code.files, settings);
  const lineOf = sourceLinesOf(code.files);
  const notes = report.findings
    .filter(({ mode }) => mode !== 'block')
    .map((finding) => findingDiagnostic(finding, lineOf, 'warning'));
  if (report.verdict !== 'block') {
    const checked = await checkByTerraform(context, projectId, code, { kind: 'validate' });
    const { errors, warnings } = judgeOutcome(checked.diagnostics, checked.outcome);
    return answer(errors, [...notes, ...warnings]);
  }
  const { errors, warnings } = bySeverity(await whyInvalid(context, projectId, code, report));
  const denied = report.findings.filter(({ mode }) => mode === 'block');
  return answer(errors.length > 0 ? errors : denied.map((finding) => findingDiagnostic(finding, lineOf)), [
    ...notes,
    ...warnings,
  ]);
}

/** Returns the errors that make refused code invalid; none if it is valid or if Terraform gives no answer. */
async function whyInvalid(
  context: Context,
  projectId: string,
  code: PreparedRevision,
  report: PolicyReport,
): Promise<Diagnostic[]> {
  const question = questionFor(report);
  if (!question) return [];
  const { outcome, diagnostics } = await checkByTerraform(context, projectId, code, question);
  return invalidCode(report, code.files, outcome?.kind === 'failed' ? diagnostics : []);
}

function judgeOutcome(diagnostics: Diagnostic[], outcome: RunOutcome | undefined) {
  const { errors, warnings } = bySeverity(diagnostics);
  const failed = outcome?.kind !== 'succeeded';
  if (failed && errors.length === 0) errors.push(engineDiagnostic(outcome));
  return { errors, warnings };
}

function bySeverity(diagnostics: Diagnostic[]) {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return { errors, warnings: diagnostics.filter(({ severity }) => severity === 'warning') };
}

function answer(errors: Diagnostic[], warnings: Diagnostic[]): Validation {
  return {
    valid: errors.length === 0,
    errors,
    warnings,
    message:
      errors.length === 0
        ? 'Terraform configuration is valid'
        : `Terraform configuration is not valid: ${errors.length} error${errors.length === 1 ? '' : 's'}`,
  };
}

/** Returns a diagnostic that says why a validation gave no answer. */
function engineDiagnostic(outcome: RunOutcome | undefined): Diagnostic {
  return {
    severity: 'error',
    code: 'validation_incomplete',
    summary: 'Validation did not finish',
    detail:
      outcome && 'message' in outcome ? outcome.message : `The run ended as ${outcome?.kind ?? 'unknown'}.`,
    file: null,
    line: null,
    column: null,
    endLine: null,
    endColumn: null,
    snippet: null,
    address: null,
    context: null,
    values: [],
  };
}
