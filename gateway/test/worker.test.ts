import assert from 'node:assert/strict';
import type { JobType } from '@deployment-engine/contracts';
import { testUnless } from '../../scripts/jest/unless.ts';
import { skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { waitFor } from '../../testing/wait.ts';
import { enginePrincipal } from '../src/access/principal.ts';
import { jobQueuedChannel } from '../src/jobs/channels.ts';
import { findJob, insertJob } from '../src/jobs/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { notify } from '../src/server/database/open.ts';
import { broken, capacity, eventLines, json, type Reply, runView, startFakeRunner } from './fake-runner.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

/** A runner whose runs never end and whose streams stay alive; counts the open streams. */
async function startHangingRunner(more: Record<string, Reply[]> = {}) {
  const streams = { open: 0, opened: 0 };
  const hanging: Reply = (_request, response) => {
    streams.open += 1;
    streams.opened += 1;
    const beat = setInterval(() => response.write('\n'), 1000);
    response.on('close', () => {
      clearInterval(beat);
      streams.open -= 1;
    });
    response.write('\n');
  };
  const runner = await startFakeRunner({
    'GET /capacity': [json({ ...capacity, slots: 50, free: 50 })],
    'PUT /runs/:runId': [json(runView(), 201)],
    'GET /runs/:runId/events': [hanging],
    ...more,
  });
  return { ...runner, streams, [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose]() };
}

const rowOf = async (it: TestGateway, jobId: string) =>
  (await findJob(it.gateway.context.database.query, jobId)) ?? assert.fail(jobId);

test('a worker that loses its lease stops at the next renewal and leaves the job to its successor', async () => {
  await using runner = await startHangingRunner();
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url, LEASE_SECONDS: '3' });
  const { jobId } = (await it.client.post('/api/deploy', { projectId: 'lost', iacCode: helloCode })).body;
  await waitFor('the run to be followed', () => runner.streams.open === 1);
  const lease = { lease_token: 9, lease_owner: 'other', lease_expires_at: new Date(Date.now() + 600_000) };
  await it.gateway.context.database.query.updateTable('jobs').set(lease).where('id', '=', jobId).execute();
  await waitFor('the run to be left', () => runner.streams.open === 0);
  const metrics = () => it.gateway.context.metrics.registry.metrics();
  await waitFor('the worker to be done', async () => /^jobs_in_progress 0$/m.test(await metrics()));
  const row = await rowOf(it, jobId);
  expect(row.status).toBe('processing');
  expect({
    lease_token: row.lease_token,
    lease_owner: row.lease_owner,
    lease_expires_at: row.lease_expires_at,
  }).toStrictEqual(lease);
  expect(runner.streams.opened).toBe(1);
});

test('a cancel request reaches the run in progress, with its grace period, before any renewal', async () => {
  const asked: string[] = [];
  const cancel: Reply = async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(`${/-(apply|plan)-/.exec(request.url ?? '')?.[1]} ${JSON.parse(body).graceSeconds}`);
    if (asked.length === 1)
      json({ type: 'x', title: 'x', status: 404, detail: 'x', code: 'run_not_found', error: 'x' }, 404)(
        request,
        response,
      );
    else json(runView({ stopping: true }))(request, response);
  };
  await using runner = await startHangingRunner({ 'POST /runs/:runId/cancel': [cancel] });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const { jobId } = (await it.client.post('/api/deploy', { projectId: 'stop', iacCode: helloCode })).body;
  await waitFor('the run to be followed', () => runner.streams.open === 1);
  await it.client.post(`/api/deploy/jobs/${jobId}/cancel`, { graceSeconds: 7 });
  await waitFor('the cancel to arrive', () => asked.length >= 2);
  assert.deepEqual(asked.slice(0, 2), ['apply 7', 'plan 7'], 'an apply comes first');
});

test('a cancel request whose notification was lost is forwarded with the next renewal', async () => {
  let asked = 0;
  const cancel: Reply = (request, response) => {
    asked += 1;
    json(runView({ stopping: true }))(request, response);
  };
  await using runner = await startHangingRunner({ 'POST /runs/:runId/cancel': [cancel] });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url, LEASE_SECONDS: '3' });
  const { jobId } = (await it.client.post('/api/deploy', { projectId: 'missed', iacCode: helloCode })).body;
  await waitFor('the run to be followed', () => runner.streams.open === 1);
  for (let round = 0; round < 2; round += 1) {
    // By then every check that an earlier notification has scheduled is done.
    const end = Number((await rowOf(it, jobId)).lease_expires_at);
    await waitFor('a renewal', async () => Number((await rowOf(it, jobId)).lease_expires_at) > end);
  }
  await it.gateway.context.database.query
    .updateTable('jobs')
    .set({ cancel_requested_at: new Date() })
    .where('id', '=', jobId)
    .execute();
  await waitFor('the cancel to arrive', () => asked > 0);
  assert.equal(runner.streams.open, 1, 'the run is followed to its end');
});

test('a plan that its runner cannot send at first is fetched by the next claim', async () => {
  const ready = { type: 'plan_ready', digest: 'd', planBytes: 4, stateSerial: null, stateLineage: null };
  const succeeded = { type: 'run_finished', outcome: { kind: 'succeeded' } };
  const events: Reply = (request, response) => {
    const after = Number(new URL(request.url ?? '', 'http://x').searchParams.get('after'));
    response.end(eventLines([ready, succeeded]).split('\n').slice(after).join('\n'));
  };
  const finished = { status: 'finished', outcome: { kind: 'succeeded' }, lastSeq: 2 };
  await using runner = await startFakeRunner({
    'GET /capacity': [json(capacity)],
    'PUT /runs/:runId': [json(runView(), 201)],
    'GET /runs/:runId': [json(runView(finished))],
    'GET /runs/:runId/events': [events],
    'GET /runs/:runId/plan': [json('file')],
    'GET /runs/:runId/plan.json': [
      broken,
      json({ resource_changes: [], configuration: { root_module: {} } }),
    ],
    'DELETE /runs/:runId': [(_request, response) => void response.writeHead(204).end()],
  });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const request = { projectId: 'again', iacCode: helloCode };
  const { jobId } = (await it.client.post('/api/deploy/plan', request)).body;
  const ended = await waitFor('the job to end', async () => {
    const row = await rowOf(it, jobId);
    return row.finished_at ? row : undefined;
  });
  expect([ended.status, ended.error, ended.lease_token]).toStrictEqual(['completed', null, 2]);
});

testUnless(skipWithoutPostgres())(
  'a gateway that shuts down releases its jobs for the next one at once',
  async () => {
    const server = await startPostgres();
    try {
      await using runner = await startHangingRunner();
      const env = {
        TERRAFORM_RUNNER_URL: runner.url,
        DATABASE_URL: server.url,
        STATE_ENCRYPTION_KEY: 'ab'.repeat(32),
        LEASE_SECONDS: '600',
      };
      {
        await using first = await startTestGateway(env);
        await first.client.post('/api/deploy', { projectId: 'left', iacCode: helloCode });
        await waitFor('the run to be followed', () => runner.streams.open === 1);
      }
      await using _next = await startTestGateway(env);
      await waitFor(
        'the run to be followed again',
        () => runner.streams.opened === 2 && runner.streams.open === 1,
      );
    } finally {
      await server.stop();
    }
  },
);

/** Queues a job whose code is missing, which the engine does not expect: every phase fails. */
async function queueBrokenJob(it: TestGateway, type: JobType): Promise<string> {
  const { query } = it.gateway.context.database;
  await ensureProject(query, `broken-${type}`);
  const job = { projectId: `broken-${type}`, type, revision: 99, createdBy: enginePrincipal };
  const { id } = await insertJob(query, job);
  await notify(query, jobQueuedChannel, job.projectId);
  return id;
}

let it: TestGateway;
let runner: Awaited<ReturnType<typeof startHangingRunner>>;
beforeAll(async () => {
  runner = await startHangingRunner();
  it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
});
afterAll(async () => {
  await it?.[Symbol.asyncDispose]();
  await runner?.[Symbol.asyncDispose]();
});

for (const [type, mayHaveApplied] of [
  ['deploy', true],
  ['rollback', true],
  ['destroy', true],
  ['plan', false],
  ['drift', false],
] as const)
  test(`an unexpected error fails a ${type}, and its run is ${mayHaveApplied ? '' : 'not '}recorded as lost`, async () => {
    const jobId = await queueBrokenJob(it, type);
    const row = await waitFor('the job to end', async () => {
      const now = await rowOf(it, jobId);
      return now.finished_at ? now : undefined;
    });
    expect(row.status).toBe('failed');
    const { reason, message, retryable } = JSON.parse(row.error ?? '{}');
    expect([reason, retryable]).toStrictEqual(['internal', true]);
    expect(message).toMatch(/can find it in the log/);
    const kept = await it.gateway.context.database.query
      .selectFrom('unsettled_runs')
      .select(['run_id', 'project_id', 'runner_url'])
      .where('job_id', '=', jobId)
      .execute();
    const run = { run_id: `${jobId}-apply-1`, project_id: `broken-${type}`, runner_url: runner.url };
    expect(kept).toStrictEqual(mayHaveApplied ? [run] : []);
  });
