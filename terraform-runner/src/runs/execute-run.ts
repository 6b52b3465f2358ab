import type { RunOutcome } from '@deployment-engine/contracts';
import type { RunRequest } from '@deployment-engine/runner-api';
import { limitTime } from '../terminate/timeout.ts';
import type { ActiveRun } from './run.ts';
import { apply } from './steps/apply.ts';
import { init } from './steps/init.ts';
import { outputs } from './steps/outputs.ts';
import { parse } from './steps/parse.ts';
import { plan } from './steps/plan.ts';
import { prepare } from './steps/prepare.ts';
import type { Step, StepResult } from './steps/step.ts';
import { validate } from './steps/validate.ts';

const stepsOf: Record<RunRequest['kind'], Step[]> = {
  parse: [prepare, parse],
  validate: [prepare, init, validate],
  plan: [prepare, init, plan],
  apply: [prepare, init, apply, outputs],
};

/**
 * Executes a run's steps and returns how it ended. After a restart of the runner, skips the finished steps
 * and continues with the one that was in progress.
 */
export async function executeRun(active: ActiveRun): Promise<RunOutcome> {
  const { run, request } = active;
  using _runLimit = limitTime(run, {
    startedAt: Date.parse(run.record.startedAt),
    limitMs: request.runTimeoutSeconds * 1000,
    graceMs: run.context.config.stopGraceMs,
  });
  for (const step of stepsOf[request.kind]) {
    if (isFinished(active, step) || !(isStarted(active, step) || (step.isNeeded?.(active) ?? true))) continue;
    const outcome = outcomeAfter(active, step, await executeStep(active, step));
    if (outcome) return outcome;
  }
  return { kind: 'succeeded' };
}

async function executeStep(active: ActiveRun, step: Step): Promise<StepResult> {
  const { run, request } = active;
  run.emitOnce(`step:${step.name}:start`, { type: 'step_started', step: step.name });
  const startedAt = Date.parse(run.events.find(`step:${step.name}:start`)?.at ?? new Date().toISOString());
  using _stepLimit = limitTime(run, {
    startedAt,
    limitMs: request.stepTimeoutSeconds * 1000,
    graceMs: run.context.config.stopGraceMs,
  });
  const result = await step.execute(active);
  run.emitOnce(`step:${step.name}:end`, {
    type: 'step_finished',
    step: step.name,
    durationMs: Date.now() - startedAt,
    ok: result.kind === 'done',
  });
  return result;
}

/** Returns how the run ends after this step, or `undefined` if it continues. */
function outcomeAfter({ run }: ActiveRun, step: Step, result: StepResult): RunOutcome | undefined {
  const { stop } = run.record;
  const isApplied = result.kind === 'done' && (step.name === 'apply' || step.name === 'outputs');
  if (stop && !isApplied) {
    const endedBy = result.kind === 'stopped' && result.forced ? 'kill' : 'interrupt';
    if (stop.kind === 'cancel') return { kind: 'cancelled', step: step.name, endedBy };
    if (stop.kind === 'timeout') return { kind: 'timedOut', step: step.name, afterMs: stop.afterMs, endedBy };
    return { kind: 'failed', step: step.name, exitCode: null, message: stop.message };
  }
  if (result.kind === 'failed')
    return { kind: 'failed', step: step.name, exitCode: result.exitCode, message: result.message };
  if (result.kind === 'killed') return { kind: 'interrupted', step: step.name, message: result.message };
  return undefined;
}

function isFinished({ run }: ActiveRun, step: Step): boolean {
  const event = run.events.find(`step:${step.name}:end`);
  return event?.body.type === 'step_finished' && event.body.ok;
}

function isStarted({ run }: ActiveRun, step: Step): boolean {
  return run.events.find(`step:${step.name}:start`) !== undefined;
}
