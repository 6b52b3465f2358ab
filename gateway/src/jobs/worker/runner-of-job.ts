import type { Context } from '../../context.ts';
import { isUsable, type RunnerState } from '../../runners/registry.ts';
import type { Claim } from '../claim.ts';
import { patchJob } from '../transition.ts';

/**
 * Returns the runner that the job is already on, or else assigns and records one, if possible with a free slot. A job that has
 * waited, for its approval for example, leaves a runner that is stopping or gone.
 */
export async function runnerOfJob(context: Context, claim: Claim): Promise<RunnerState> {
  const { job, lease } = claim;
  if (job.runner_id) {
    const own = context.runners.reserveOn(job.runner_id, job.id);
    const other = claim.isQueued && !isUsable(own) ? context.runners.reserve(job.id) : undefined;
    if (!other) return own;
    own.reserved.delete(job.id);
    await patchJob(context.database.query, lease, { runner_id: other.client.url });
    return other;
  }
  const first = context.runners.runners()[0]?.client.url ?? context.config.runnerUrls[0] ?? '';
  const runner = context.runners.reserve(job.id) ?? context.runners.reserveOn(first, job.id);
  await patchJob(context.database.query, lease, { runner_id: runner.client.url });
  return runner;
}
