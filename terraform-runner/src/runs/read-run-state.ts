import { readState, type StateFile } from '../state/state-file.ts';
import { capturedStatePath } from '../steps/apply.ts';
import type { Run } from './run.ts';

/** The newest complete state of a run; for an apply the one announced last, for a plan the one it was given. */
export async function readRunState(run: Run): Promise<StateFile | undefined> {
  return (await readState(capturedStatePath(run.directory))) ?? (await readState(run.paths.state));
}
