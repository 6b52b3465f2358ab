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
  const own = job.runner_id ? context.runners.reserveOn(job.runner_id, job.id) : undefined;
  if (own && (isUsable(own) || !claim.isQueued)) return own;
  const free = context.runners.reserve(job.id);
  if (own && !free) return own;
  own?.reserved.delete(job.id);
  const first = context.runners.runners()[0]?.client.url ?? context.config.runnerUrls[0] ?? '';
  const runner = free ?? context.runners.reserveOn(first, job.id);
  await patchJob(context.database.query, lease, { runner_id: runner.client.url });
  return runner;
}
