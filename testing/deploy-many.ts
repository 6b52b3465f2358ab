import type { JobView } from '@deployment-engine/contracts';
import { createClient } from './client.ts';
import type { Cluster } from './cluster.ts';
import { readEvents } from './sse.ts';
import { waitFor } from './wait.ts';

export type ManyResult = {
  completed: number;
  twice: string[];
  failed: { jobId: string; reason: string | undefined }[];
};

const code = 'resource "terraform_data" "a" {\n  input = "x"\n}\n';
const allMs = 1_200_000;

/** Deploys one new project each, over all gateways in turn; calls `disturb` when a third has completed. */
export async function deployMany(
  cluster: Cluster,
  count: number,
  disturb?: () => Promise<void>,
  prefix = 'many',
): Promise<ManyResult> {
  const clients = cluster.gateways.map((gateway) => createClient(gateway.url));
  const client = clients[0];
  if (!client) throw new Error('deploying to a cluster without gateways');
  const before = disturb ? await countOf(client, 'completed', Number.POSITIVE_INFINITY) : 0;
  const jobIds: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const answer = await clients[index % clients.length]?.post('/api/deploy', {
      projectId: `${prefix}-${index}`,
      iacCode: code,
    });
    jobIds.push(answer?.body.jobId);
  }
  if (disturb) {
    await waitFor(
      'a third of the deploys',
      async () => (await countOf(client, 'completed', before + count)) >= before + count / 3,
      allMs,
    );
    await disturb();
  }
  const unfinished = async () =>
    (await countOf(client, 'pending', 1)) + (await countOf(client, 'processing', 1));
  await waitFor('every deploy to end', async () => (await unfinished()) === 0, allMs);
  const jobs = await Promise.all(
    jobIds.map(async (jobId) => (await client.get(`/api/deploy/status/${jobId}`)).body as JobView),
  );
  return {
    completed: jobs.filter((job) => job.status === 'completed').length,
    twice: await appliedTwice(cluster, jobIds),
    failed: jobs
      .filter((job) => job.status !== 'completed')
      .map((job) => ({ jobId: job.jobId, reason: job.failure?.reason ?? job.status })),
  };
}

type Client = ReturnType<typeof createClient>;

/** Counts jobs with a status, up to about `enough`. */
async function countOf(client: Client, status: string, enough: number): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  do {
    const page: string = `/api/deploy/jobs?status=${status}&limit=200${cursor ? `&cursor=${cursor}` : ''}`;
    const { body } = await client.get(page);
    count += body.jobs.length;
    cursor = body.nextCursor;
  } while (cursor && count < enough);
  return count;
}

/** Returns jobs whose one resource was created more than once, by their stored events. */
async function appliedTwice(cluster: Cluster, jobIds: string[]): Promise<string[]> {
  const twice: string[] = [];
  for (const jobId of jobIds) {
    const url = `${cluster.gateways[0]?.url}/api/deploy/jobs/${jobId}/events`;
    const { events } = await readEvents(url, undefined, Number.POSITIVE_INFINITY);
    if (events.filter((event) => event.type === 'resource_started').length > 1) twice.push(jobId);
  }
  return twice;
}
