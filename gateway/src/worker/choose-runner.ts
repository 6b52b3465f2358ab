import type { Context } from '../context.ts';
import type { Claim } from '../jobs/claim.ts';
import { patchJob } from '../jobs/transition.ts';
import type { RunnerState } from '../runners/registry.ts';

/** The runner a job is on already, else the freest one, which is then recorded. */
export async function runnerOfJob(context: Context, claim: Claim): Promise<RunnerState> {
  const { job, lease } = claim;
  const known = job.runner_id ? context.runners.reserveOn(job.runner_id, job.id) : undefined;
  if (known) return known;
  const runner = context.runners.reserve(job.id) ?? context.runners.reserveOn(firstUrl(context), job.id);
  if (!runner) throw new Error(`choosing a runner for job ${job.id}: none is configured`);
  await patchJob(context.database.query, lease, { runner_id: runner.client.url });
  return runner;
}

function firstUrl(context: Context): string {
  return context.config.runnerUrls[0] ?? '';
}
