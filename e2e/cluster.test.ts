import assert from 'node:assert/strict';
import pg from 'pg';
import { describeUnless } from '../scripts/jest/unless.ts';
import { createClient } from '../testing/client.ts';
import { type Cluster, type Member, startCluster } from '../testing/cluster.ts';
import { deployMany } from '../testing/deploy-many.ts';
import { allowsProvisioners } from '../testing/policy-file.ts';
import { skipWithoutPostgres } from '../testing/postgres.ts';
import { shellEnv, slowCode } from '../testing/slow-code.ts';
import { readEvents } from '../testing/sse.ts';
import { waitFor } from '../testing/wait.ts';

/** `npm run bench -- cluster` runs 500. */
const deploys = Number(process.env.CLUSTER_DEPLOYS ?? 60);

describeUnless(skipWithoutPostgres())('two gateways and three runners', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    const size = { gateways: 2, runners: 3 };
    cluster = await startCluster({ ...size, policy: allowsProvisioners, runnerEnv: shellEnv });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  test('complete every deploy once', async () => {
    const result = await deployMany(cluster, deploys, undefined, 'undisturbed');
    assert.deepEqual(result, { completed: deploys, twice: [], failed: [] }, logs(cluster, result));
  });

  test('do so with one gateway and one runner killed in the middle', async () => {
    const disturb = async () => {
      await cluster.gateways[1]?.child.stop('SIGKILL');
      await cluster.runners[2]?.child.stop('SIGKILL');
      await cluster.runners[2]?.restart();
      await cluster.gateways[1]?.restart();
    };
    const result = await deployMany(cluster, deploys, disturb, 'killed');
    assert.deepEqual(result, { completed: deploys, twice: [], failed: [] }, logs(cluster, result));
  });

  test('a job whose runner is stopped between its plan and its approval is applied by another runner', async () => {
    const client = createClient(cluster.gateways[0]?.url ?? '');
    const { body } = await client.post('/api/deploy', {
      projectId: 'moved',
      iacCode: slowCode,
      autoApprove: false,
    });
    const waiting = await client.finished(body.jobId);
    expect(waiting.status).toBe('awaiting_approval');
    const runner = await runnerOf(cluster, body.jobId);
    await runner.child.stop();
    try {
      await client.post(`/api/deploy/jobs/${body.jobId}/approve`, { planDigest: waiting.planDigest });
      const job = await client.endOf(body.jobId);
      expect([job.status, job.error]).toStrictEqual(['completed', undefined]);
      expect(job.result?.outputs).toStrictEqual({ count: 8 });
    } finally {
      await runner.restart();
    }
  });

  test('a gateway paused past its lease wakes up to find its job taken, and writes nothing', async () => {
    const { body } = await createClient(cluster.gateways[0]?.url ?? '').post('/api/deploy', {
      projectId: 'paused',
      iacCode: slowCode,
    });
    const path = `/api/deploy/status/${body.jobId}`;
    const first = await waitFor('the gateway that works on the job', () => busyGateway(cluster));
    const second = cluster.gateways.find((gateway) => gateway !== first);
    assert.ok(second);
    const client = createClient(second.url);
    await waitFor('a finished resource', async () => (await client.get(path)).body.resources.finished > 0);
    first.child.process.kill('SIGSTOP');
    const job = await client.endOf(body.jobId);
    first.child.process.kill('SIGCONT');
    assert.equal(job.status, 'completed', job.error);
    const again = createClient(first.url);
    await waitFor('the woken gateway', async () => (await again.get('/readyz')).status === 200);
    expect((await again.get(path)).body).toStrictEqual(job);
    const { events } = await readEvents(
      `${first.url}/api/deploy/jobs/${body.jobId}/events`,
      undefined,
      Number.POSITIVE_INFINITY,
    );
    expect(events.map((event) => event.id)).toStrictEqual(events.map((_, index) => index + 1));
    expect(events.filter((event) => event.type === 'resource_started').length).toBe(8);
  });

  test('a runner that never comes back: its plans are made elsewhere, its applies are settled honestly', async () => {
    const disturb = async () => cluster.runners[1]?.child.stop('SIGKILL');
    const result = await deployMany(cluster, 20, disturb, 'lost');
    expect(result.twice).toStrictEqual([]);
    expect(result.completed + result.failed.length).toBe(20);
    assert.ok(
      result.failed.every((failure) => failure.reason === 'runner_lost'),
      JSON.stringify(result.failed),
    );
  });
});

/** Returns the runner that a job is on. */
async function runnerOf({ postgres, runners }: Cluster, jobId: string): Promise<Member> {
  const database = new pg.Client({ connectionString: postgres.url });
  await database.connect();
  const { rows } = await database.query('select runner_id from jobs where id = $1', [jobId]);
  await database.end();
  const found = runners.find(({ url }) => url === rows[0]?.runner_id);
  assert.ok(found, `the runner of ${jobId}`);
  return found;
}

async function busyGateway(cluster: Cluster): Promise<Member | undefined> {
  for (const gateway of cluster.gateways) {
    const metrics: string = (await createClient(gateway.url).get('/metrics')).body;
    if (/^jobs_in_progress 1$/m.test(metrics)) return gateway;
  }
  return undefined;
}

/** Returns the services' logs, for an unexpected result. */
function logs(cluster: Cluster, result: unknown): string {
  return [
    result,
    ...[...cluster.gateways, ...cluster.runners].map((member) => member.child.output().slice(-3000)),
  ]
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part, null, 1)))
    .join('\n');
}
