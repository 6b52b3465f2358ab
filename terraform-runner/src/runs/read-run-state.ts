import { readState, type StateFile } from '../workdir/state-file.ts';
import type { Run } from './run.ts';
import { capturedStatePath } from './steps/apply.ts';

/** Returns a run's newest complete state: the captured one if Terraform is writing, or died while writing. */
export async function readRunState(run: Run): Promise<StateFile | undefined> {
  return (await readState(run.paths.state)) ?? (await readState(capturedStatePath(run.directory)));
}
