import type { Diagnostic, JobError, RunOutcome } from '@deployment-engine/contracts';
import { invalidCodeMessage } from '@deployment-engine/policy';
import type { PhaseResult } from './job-work.ts';

/** Matches errors of clouds and networks that a retry may fix. */
const passing =
  /throttl|rate exceeded|too many requests|timeout|timed out|connection (refused|reset)|temporarily|no such host|service unavailable|internal (server|error)|try again|RequestLimitExceeded|EOF|StatusCode: 5\d\d/i;

/** Refusals that a retry may fix. */
const retryableReasons = new Set(['plan_stale', 'timed_out', 'revision_unreadable', 'no_sandbox']);

/** Returns why a job failed, from its last phase's result and Terraform's diagnostics. */
export function jobError(
  result: Extract<PhaseResult, { kind: 'run_ended' | 'refused' }>,
  diagnostics: Diagnostic[],
): JobError {
  if (result.kind === 'refused')
    return {
      step: result.step,
      reason: result.reason,
      message: result.message,
      diagnostics: result.diagnostics ?? diagnostics,
      retryable: retryableReasons.has(result.reason),
    };
  const { outcome } = result;
  if (isInvalidCode(outcome, diagnostics))
    return {
      step: 'validate',
      reason: 'invalid_code',
      message: invalidCodeMessage(diagnostics),
      diagnostics,
      retryable: false,
    };
  const { reason, retryable } = cause(outcome, diagnostics);
  return { step: outcome.step, reason, message: message(outcome, diagnostics), diagnostics, retryable };
}

/** Whether the code caused the failure: init reads all code before it installs anything, so its errors name a file. */
function isInvalidCode(outcome: RunOutcome, diagnostics: Diagnostic[]): boolean {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  return (
    outcome.kind === 'failed' &&
    (outcome.step === 'init' || outcome.step === 'validate') &&
    errors.length > 0 &&
    errors.every(({ file, detail }) => file !== null && !passing.test(detail))
  );
}

function cause(
  outcome: Exclude<RunOutcome, { kind: 'succeeded' }>,
  diagnostics: Diagnostic[],
): Pick<JobError, 'reason' | 'retryable'> {
  switch (outcome.kind) {
    case 'failed': {
      const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
      const text = errors.map((error) => `${error.summary} ${error.detail}`);
      return {
        reason: 'terraform_failed',
        retryable: text.length > 0 && text.every((line) => passing.test(line)),
      };
    }
    case 'timedOut':
      return { reason: 'timed_out', retryable: true };
    case 'interrupted':
      return { reason: 'interrupted', retryable: true };
    case 'cancelled':
      return { reason: 'cancelled', retryable: true };
  }
}

function message(outcome: Exclude<RunOutcome, { kind: 'succeeded' }>, diagnostics: Diagnostic[]): string {
  switch (outcome.kind) {
    case 'failed': {
      const first = diagnostics.find((diagnostic) => diagnostic.severity === 'error');
      if (!first) return `${outcome.step}: ${outcome.message}`;
      const place = first.file ? ` (${first.file}${first.line ? `:${first.line}` : ''})` : '';
      const detail = first.detail.split('\n').find((line) => line.trim()) ?? '';
      return `${outcome.step}: ${first.summary}${place}${detail ? `: ${detail.trim()}` : ''}`;
    }
    case 'timedOut':
      return `${outcome.step}: ended after ${Math.round(outcome.afterMs / 1000)} s, its time limit`;
    case 'interrupted':
      return `${outcome.step}: ${outcome.message}`;
    case 'cancelled':
      return `${outcome.step}: cancelled`;
  }
}
