import type { StepName } from '@deployment-engine/contracts';
import { plainLines } from '../../terraform/plain-text.ts';
import type { ActiveRun } from '../run.ts';
import type { CommandResult } from '../run-command.ts';
import { readOutput } from '../run-command.ts';

/** How a step ended. `stopped` and `killed` come from its command. */
export type StepResult =
  | { kind: 'done' }
  | { kind: 'failed'; exitCode: number | null; message: string }
  | Exclude<CommandResult, { kind: 'exited' }>;

/**
 * A part of a run. A restarted runner executes the step in progress again; it then adopts commands that were
 * already started, and does not write events twice.
 */
export type Step = {
  name: StepName;
  /** A step that is not needed leaves no trace. */
  isNeeded?(active: ActiveRun): boolean;
  execute(active: ActiveRun): Promise<StepResult>;
};

export const done: StepResult = { kind: 'done' };

/** Returns the result of a step that only runs one command. */
export function resultOfCommand(
  active: ActiveRun,
  step: StepName,
  name: string,
  result: CommandResult,
): StepResult {
  if (result.kind !== 'exited') return result;
  if (result.exitCode === 0) return done;
  const message = active.run.firstError(step) ?? lastWords(active, name) ?? `exit code ${result.exitCode}`;
  return { kind: 'failed', exitCode: result.exitCode, message: `terraform ${name}: ${message}` };
}

function lastWords(active: ActiveRun, name: string): string | undefined {
  return plainLines(readOutput(active, name, 'stderr')).at(-1);
}
