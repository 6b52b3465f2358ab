import assert from 'node:assert/strict';
import { waitFor } from '../../testing/wait.ts';
import { claimNextJob, reclaimExpiredJob } from '../src/jobs/claim.ts';
import type { JobWork } from '../src/jobs/worker/job-work.ts';
import { JobSecrets } from '../src/projects/secrets/job-secrets.ts';
import { helloCode, type TestGateway, unusedRunnerUrl } from './support.ts';

const claimer = { owner: 'test', leaseSeconds: 600, lostHoldSeconds: 0 };

/** A deploy job of the project, claimed by the test as its worker. */
export async function stageWork(
  it: TestGateway,
  projectId: string,
  { runnerUrl = unusedRunnerUrl, ...request }: { runnerUrl?: string; [more: string]: unknown } = {},
): Promise<JobWork> {
  const answer = await it.client.post('/api/deploy', { projectId, iacCode: helloCode, ...request });
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  return claimWork(it, runnerUrl);
}

/** The oldest waiting job, claimed by the test as its worker. */
export async function claimWork(it: TestGateway, runnerUrl = unusedRunnerUrl): Promise<JobWork> {
  const { context } = it.gateway;
  // The gateway's worker locks a waiting job's row for a moment to store why it waits.
  const claim = await waitFor('a job to be claimable', () => claimNextJob(context.database.query, claimer));
  return {
    context,
    ...claim,
    runner: context.runners.reserveOn(runnerUrl, claim.job.id),
    secrets: new JobSecrets(context, claim.job),
    logger: context.logger,
    signal: new AbortController().signal,
  };
}

/** Gives the job to another worker, so that `work` holds an old lease. */
export async function overtake({ context, job }: JobWork): Promise<void> {
  const { query } = context.database;
  await query
    .updateTable('jobs')
    .set({ lease_expires_at: new Date(0) })
    .where('id', '=', job.id)
    .execute();
  const taken = await reclaimExpiredJob(query, { ...claimer, owner: 'successor' });
  assert.equal(taken?.job.id, job.id);
}
