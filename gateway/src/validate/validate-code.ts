import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Diagnostic, pathProblem, type RunOutcome, type Validation } from '@deployment-engine/contracts';
import type { Context } from '../context.ts';
import { DomainError } from '../domain-error.ts';
import type { PolicySettings } from '../policy/settings.ts';
import { findingDiagnostic } from '../policy-settings/finding-text.ts';
import { preflightInThread } from '../preflight/preflight-in-thread.ts';
import type { PreparedRevision } from '../revisions/store.ts';
import { RunnerError } from '../runners/client.ts';
import type { RunnerState } from '../runners/registry.ts';

/** How long a validation waits for a free slot before it is refused. */
const maxWaitMs = 30_000;
const retryMs = 100;
const followLimitMs = 300_000;
const stepTimeoutSeconds = 120;

/**
 * Judges the code; where nothing forbids it, runs init and validate and answers Terraform's diagnostics. Nothing of
 * it is kept.
 */
export async function validateCode(
  context: Context,
  projectId: string,
  code: PreparedRevision,
  settings: PolicySettings,
): Promise<Validation> {
  const { verdict, findings } = await preflightInThread(code.files, settings);
  const denied = findings.filter(({ mode }) => mode === 'block').map((finding) => findingDiagnostic(finding));
  const notes = findings
    .filter(({ mode }) => mode !== 'block')
    .map((finding) => findingDiagnostic(finding, 'warning'));
  if (verdict === 'block') return answer(denied, notes);
  const { errors, warnings } = await checkByTerraform(context, projectId, code);
  return answer(errors, [...notes, ...warnings]);
}

async function checkByTerraform(context: Context, projectId: string, code: PreparedRevision) {
  const runId = `check-${randomUUID()}`;
  const refused = code.paths.find((path) => pathProblem(path));
  if (refused !== undefined)
    throw new DomainError(
      'revision_unreadable',
      `validating the code: ${refused}: ${pathProblem(refused)}; upload the code without it`,
    );
  try {
    const runner = await reserveSlot(context, runId);
    const { diagnostics, outcome } = await runValidation(runner, runId, projectId, code);
    await runner.client.deleteRun(runId).catch(() => {}); // the runner removes old checks by itself
    return judgeOutcome(diagnostics, outcome);
  } catch (error) {
    throw asRefusal(error);
  } finally {
    context.runners.release(runId);
  }
}

/** Names what the runner refused; what is left is unexpected. */
function asRefusal(error: unknown): unknown {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new DomainError(
      'runner_unavailable',
      `validating the code: the runner has not ended it after ${followLimitMs / 1000} s; try again`,
    );
  if (!(error instanceof RunnerError)) return error;
  if (error.problem === 'revision_missing' || error.problem === 'revision_unreadable')
    return new DomainError('revision_unreadable', `validating the code: ${error.message}`);
  if (error.problem === 'invalid_request' || error.problem === 'no_sandbox')
    return new DomainError(error.problem, `validating the code: ${error.message}`);
  return error;
}

async function reserveSlot(context: Context, runId: string): Promise<RunnerState> {
  const deadline = Date.now() + maxWaitMs;
  for (;;) {
    const runner = context.runners.reserve(runId);
    if (runner) return runner;
    if (context.runners.runners().every((candidate) => candidate.problem))
      throw new DomainError('runner_unavailable', `validating the code: ${context.runners.whyNoSlot()}`);
    if (Date.now() > deadline)
      throw new DomainError('no_capacity', 'validating the code: all runner slots are taken');
    await delay(retryMs);
  }
}

async function runValidation(runner: RunnerState, runId: string, projectId: string, code: PreparedRevision) {
  const request = {
    kind: 'validate' as const,
    jobId: runId,
    projectId,
    revisionDigest: code.digest,
    variables: code.variables,
    stepTimeoutSeconds,
    runTimeoutSeconds: 2 * stepTimeoutSeconds,
  };
  try {
    await runner.client.startRun(runId, request);
  } catch (error) {
    if (!(error instanceof RunnerError) || error.problem !== 'revision_missing') throw error;
    await runner.client.uploadRevision(code.digest, code.files);
    await runner.client.startRun(runId, request);
  }
  const diagnostics: Diagnostic[] = [];
  let outcome: RunOutcome | undefined;
  for await (const events of runner.client.followRun(runId, 0, AbortSignal.timeout(followLimitMs)))
    for (const { body } of events) {
      if (body.type === 'diagnostic') diagnostics.push(body.diagnostic);
      if (body.type === 'run_finished') outcome = body.outcome;
    }
  return { diagnostics, outcome };
}

function judgeOutcome(diagnostics: Diagnostic[], outcome: RunOutcome | undefined) {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const failed = outcome?.kind !== 'succeeded';
  if (failed && errors.length === 0) errors.push(engineDiagnostic(outcome));
  return { errors, warnings: diagnostics.filter((diagnostic) => diagnostic.severity === 'warning') };
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

/** Says why a validation gave no answer, in the form of a diagnostic. */
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
  };
}
