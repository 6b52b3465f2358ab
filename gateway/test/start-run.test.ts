import assert from 'node:assert/strict';
import { isFinished, type JobView } from '@deployment-engine/contracts';
import { waitFor } from '../../testing/wait.ts';
import { runnerOfJob } from '../src/jobs/worker/runner-of-job.ts';
import { capacity, json, type Reply, runView, startFakeRunner } from './fake-runner.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

const problem = (code: string, detail: string, status = 409): Reply =>
  json({ type: `urn:x:${code}`, title: code, status, code, detail, error: detail }, status);
const noContent: Reply = (_request, response) => void response.writeHead(204).end();

/** Counts how often a reply is given. */
function counted(reply: Reply) {
  const result = {
    times: 0,
    reply: ((request, response) => {
      result.times += 1;
      reply(request, response);
    }) as Reply,
  };
  return result;
}

async function deploy(it: TestGateway, projectId: string): Promise<string> {
  return (await it.client.post('/api/deploy', { projectId, iacCode: helloCode })).body.jobId;
}

async function endOf(it: TestGateway, jobId: string): Promise<JobView> {
  return waitFor('the job to end', async () => {
    const job: JobView = (await it.client.get(`/api/deploy/status/${jobId}`)).body;
    return isFinished(job.status) ? job : undefined;
  });
}

/** Checks that the next job reaches the runner, which has one slot. */
async function slotIsFree(it: TestGateway, starts: { times: number }): Promise<void> {
  const before = starts.times;
  const next = await deploy(it, 'next');
  await waitFor('the next job to get the slot', () => starts.times > before);
  await it.client.post(`/api/deploy/jobs/${next}/cancel`, {});
  await endOf(it, next);
}

test('a job whose code the runner never finds ends with that reason and frees its slot', async () => {
  const starts = counted(problem('revision_missing', 'starting the run: the files are not on this runner'));
  const uploads = counted(noContent);
  await using runner = await startFakeRunner({
    'GET /capacity': [json(capacity)],
    'PUT /runs/:runId': [starts.reply],
    'PUT /revisions/:digest': [uploads.reply],
  });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const job = await endOf(it, await deploy(it, 'lost-code'));
  expect(job.status).toBe('failed');
  expect(job.failure?.reason).toBe('revision_unreadable');
  expect(job.error ?? '').toMatch(/does not find revision [0-9a-f]{64} after 3 uploads/);
  expect(uploads.times).toBe(3);
  await slotIsFree(it, starts);
});

test('a job whose code the runner refuses ends with the runner’s reason', async () => {
  const starts = counted(problem('revision_missing', 'the files are not here'));
  await using runner = await startFakeRunner({
    'GET /capacity': [json(capacity)],
    'PUT /runs/:runId': [starts.reply],
    'PUT /revisions/:digest': [problem('invalid_request', 'storing the revision: x: refused', 400)],
  });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const job = await endOf(it, await deploy(it, 'refused-code'));
  expect(job.failure?.reason).toBe('revision_unreadable');
  expect(job.error ?? '').toMatch(/uploading the code: storing the revision: x: refused/);
  await slotIsFree(it, starts);
});

test('a job that waits for a slot until its time limit ends as timed out and frees its slot', async () => {
  const starts = counted(problem('no_capacity', 'all slots are taken', 503));
  await using runner = await startFakeRunner({
    'GET /capacity': [json(capacity)],
    'PUT /runs/:runId': [starts.reply],
  });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url, JOB_TIMEOUT_SECONDS: '1' });
  const job = await endOf(it, await deploy(it, 'no-slot'));
  expect(job.failure?.reason).toBe('timed_out');
  expect(job.failure?.retryable).toBe(true);
  expect(job.error ?? '').toMatch(/the job's time limit of 1 s is reached: all slots are taken/);
  await slotIsFree(it, starts);
});

test('a job that waits to start can be cancelled', async () => {
  const starts = counted(problem('no_capacity', 'all slots are taken', 503));
  await using runner = await startFakeRunner({
    'GET /capacity': [json(capacity)],
    'PUT /runs/:runId': [starts.reply],
  });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const jobId = await deploy(it, 'cancelled');
  await waitFor('the first attempt', () => starts.times > 0);
  await it.client.post(`/api/deploy/jobs/${jobId}/cancel`, {});
  expect((await endOf(it, jobId)).status).toBe('cancelled');
  await slotIsFree(it, starts);
});

test('a refusal that a retry cannot fix ends the job with its code', async () => {
  const starts = counted(problem('no_sandbox', 'starting the run: no sandbox here', 503));
  await using runner = await startFakeRunner({
    'GET /capacity': [json(capacity)],
    'PUT /runs/:runId': [starts.reply],
  });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const job = await endOf(it, await deploy(it, 'unsafe'));
  expect(job.failure?.reason).toBe('no_sandbox');
  expect(starts.times).toBe(1);
});

test('a run that ended without its last events counts as lost after a bounded time, and its plan is made again', async () => {
  const starts = counted(json(runView(), 201));
  const ended = runView({ status: 'finished', outcome: { kind: 'succeeded' }, lastSeq: 9 });
  const looks = counted(json(ended));
  await using runner = await startFakeRunner({
    'GET /capacity': [json(capacity)],
    'PUT /runs/:runId': [starts.reply],
    'GET /runs/:runId': [looks.reply],
    'GET /runs/:runId/events': [(_request, response) => void response.end()],
  });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url, RUNNER_LOST_SECONDS: '5' });
  const jobId = await deploy(it, 'no-events');
  await waitFor('the plan to be made again', () => starts.times > 1);
  assert.ok(looks.times < 20, `${looks.times} looks in 5 s`);
  await it.client.post(`/api/deploy/jobs/${jobId}/cancel`, {});
});

test('a job that was claimed ten times without an end fails', async () => {
  await using it = await startTestGateway();
  const { query } = it.gateway.context.database;
  const jobId = await deploy(it, 'crashing');
  await query
    .updateTable('jobs')
    .set({
      status: 'processing',
      lease_token: 10,
      lease_expires_at: new Date(0),
      runner_id: 'http://127.0.0.1:1',
    })
    .where('id', '=', jobId)
    .execute();
  const job = await endOf(it, jobId);
  expect(job.failure?.reason).toBe('restarted_too_often');
});

describe('a runner that is stopping', () => {
  const stopping = { ...capacity, free: 0 };
  const refusal = problem('shutting_down', 'starting the run: the runner is shutting down', 503);
  const view = json(runView({ status: 'running' }));

  test('gets no job, although it has free slots; a job that it refuses goes to another one at once', async () => {
    const refused = counted(refusal);
    const started = counted(view);
    await using first = await startFakeRunner({
      'GET /capacity': [json({ ...capacity, slots: 9, free: 9 }), json({ ...stopping, slots: 9 })],
      'PUT /runs/:runId': [refused.reply],
    });
    await using second = await startFakeRunner({
      'GET /capacity': [json(capacity)],
      'PUT /runs/:runId': [started.reply],
    });
    await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: `${first.url},${second.url}` });
    await it.gateway.context.runners.refresh();
    const jobId = await deploy(it, 'moved');
    await waitFor('the other runner to get it', () => started.times > 0);
    expect(refused.times).toBeLessThan(2);
    const { body } = await it.client.get(`/api/deploy/status/${jobId}`);
    expect(body.status).toBe('processing');
  });

  test('and is the only one keeps no job: each waits in the queue, and says why', async () => {
    const refused = counted(refusal);
    await using only = await startFakeRunner({
      'GET /capacity': [json({ ...capacity, slots: 2, free: 2 }), json({ ...stopping, slots: 2 })],
      'PUT /runs/:runId': [refused.reply],
    });
    await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: only.url });
    const jobId = await deploy(it, 'waits');
    const waiting = await waitFor('it to wait', async () => {
      const { body } = await it.client.get(`/api/deploy/status/${jobId}`);
      return refused.times > 0 && body.status === 'pending' && body;
    });
    expect(waiting.waitingReason).toMatch(/shutting down/);
    expect(refused.times).toBe(1);
  });

  test('loses the jobs that have waited for their approval to another one; a run in progress stays with it', async () => {
    await using gone = await startFakeRunner({ 'GET /capacity': [json({ ...stopping, slots: 2 })] });
    const roomy = json({ ...capacity, slots: 3, free: 3 });
    await using other = await startFakeRunner({ 'GET /capacity': [roomy], 'PUT /runs/:runId': [view] });
    await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: `${gone.url},${other.url}` });
    const { context } = it.gateway;
    const jobId = await deploy(it, 'approved');
    const row = await waitFor('the job to be claimed', () =>
      context.database.query
        .selectFrom('jobs')
        .selectAll()
        .where('id', '=', jobId)
        .where('status', '=', 'processing')
        .executeTakeFirst(),
    );
    const job = { ...row, runner_id: gone.url };
    const claim = { job, lease: { jobId, token: row.lease_token }, reclaimed: true };
    const runnerOf = async (isQueued: boolean) =>
      (await runnerOfJob(context, { ...claim, isQueued })).client.url;
    expect(await runnerOf(false)).toBe(gone.url);
    expect(await runnerOf(true)).toBe(other.url);
  });
});
