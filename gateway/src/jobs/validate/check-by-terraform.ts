import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Diagnostic, pathProblem, type RunOutcome } from '@deployment-engine/contracts';
import type { Question } from '@deployment-engine/policy';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../../context.ts';
import type { PreparedRevision } from '../../projects/revisions/store.ts';
import { RunnerError } from '../../runner-error.ts';
import type { RunnerState } from '../../runners/registry.ts';

/** How long a validation waits for a free slot before it is refused. */
const maxWaitMs = 30_000;
const retryMs = 100;
const followLimitMs = 300_000;
const stepTimeoutSeconds = 120;

/** Returns the diagnostics and outcome of a run on code that is not stored. Throws if no runner accepts it. */
export async function checkByTerraform(
  context: Context,
  projectId: string,
  code: PreparedRevision,
  question: Question | { kind: 'validate' },
): Promise<{ diagnostics: Diagnostic[]; outcome: RunOutcome | undefined }> {
  const runId = `check-${randomUUID()}`;
  const refused = code.paths.find((path) => pathProblem(path));
  if (refused !== undefined)
    throw new DomainError(
      'revision_unreadable',
      `validating the code: ${refused}: ${pathProblem(refused)}; upload the code without it`,
    );
  try {
    const runner = await reserveSlot(context, runId);
    const checked = await runCheck(runner, runId, projectId, { code, question });
    await runner.client.deleteRun(runId).catch(() => {}); // the runner prunes old checks
    return checked;
  } catch (error) {
    throw asRefusal(error);
  } finally {
    context.runners.release(runId);
  }
}

/** Converts refusals of the runner to problems; returns any other error unchanged. */
function asRefusal(error: unknown): unknown {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return new DomainError(
      'runner_unavailable',
      `validating the code: the runner has not finished after ${followLimitMs / 1000} s; try again`,
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
      throw new DomainError(
        'no_capacity',
        'validating the code: all runner slots are taken; try again later',
      );
    await delay(retryMs);
  }
}

async function runCheck(
  runner: RunnerState,
  runId: string,
  projectId: string,
  { code, question }: { code: PreparedRevision; question: Question | { kind: 'validate' } },
) {
  const request = {
    ...question,
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
