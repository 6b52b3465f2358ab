import type { JobView, Orphan } from '@deployment-engine/contracts';
import type { Client } from '../../testing/client.ts';
import { waitFor } from '../../testing/wait.ts';

export const jobMs = 180_000;

/**
 * Waits for a job's end; retries while a gateway restarts. `approving` acts as an operator: objects found by
 * a search wait for approval.
 */
export async function endOf(client: Client, jobId: string, approving = false): Promise<JobView> {
  return waitFor(
    `job ${jobId} to end`,
    async () => {
      const answer = await client.get(`/api/deploy/status/${jobId}`).catch(() => undefined);
      if (approving && answer?.body.status === 'awaiting_approval')
        await client.post(`/api/deploy/jobs/${jobId}/approve`, { planDigest: answer.body.planDigest });
      return ['completed', 'failed', 'cancelled'].includes(answer?.body.status) && answer?.body;
    },
    jobMs,
  );
}

/** Settles what no search could: names, deletes or acknowledges each orphan. Returns what went wrong. */
export async function settleByPerson(client: Client, projectId: string): Promise<string[]> {
  const problems: string[] = [];
  const { body } = await client.get(`/api/deploy/orphans/${projectId}`);
  for (const orphan of body.orphans as Orphan[]) {
    if (orphan.status !== 'unresolved') continue;
    const id = orphan.objectId ?? orphan.candidates[0];
    if (id === undefined) {
      const reason = 'looked for it and found none';
      await client.post(`/api/deploy/orphans/${projectId}/acknowledge`, { orphanIds: [orphan.id], reason });
      continue;
    }
    const answer = await client.post(`/api/deploy/orphans/${projectId}/delete`, {
      orphanIds: [orphan.id],
      objectId: id,
    });
    const job = await endOf(client, answer.body.jobId, true);
    if (job.status !== 'completed') problems.push(`deleting ${orphan.type} ${id}: ${job.error}`);
  }
  return problems;
}
