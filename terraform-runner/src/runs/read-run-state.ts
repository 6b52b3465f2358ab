import { readState, type StateFile } from '../state/state-file.ts';
import { capturedStatePath } from '../steps/apply.ts';
import type { Run } from './run.ts';

/** The newest complete state of a run. The captured one serves while Terraform is writing, or where it broke off. */
export async function readRunState(run: Run): Promise<StateFile | undefined> {
  return (await readState(run.paths.state)) ?? (await readState(capturedStatePath(run.directory)));
}
