import assert from 'node:assert/strict';
import { waitFor } from '../../testing/wait.ts';
import { listEvents } from '../src/jobs/events/store.ts';
import { LeaseLostError } from '../src/jobs/lease-lost-error.ts';
import { findJob } from '../src/jobs/store.ts';
import { patchJob } from '../src/jobs/transition.ts';
import { followJobRun, shipState } from '../src/jobs/worker/follow-run.ts';
import { newestStateVersion } from '../src/projects/states/store.ts';
import { RunnerError } from '../src/runner-error.ts';
import { createRunnerClient } from '../src/runners/client.ts';
import { broken, capacity, eventLines, json, type Reply, runView, startFakeRunner } from './fake-runner.ts';
import { overtake, stageWork } from './staged-work.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

const token = 'a-token-for-tests-only';
const state = {
  version: 4,
  terraform_version: '1.11.4',
  serial: 3,
  lineage: 'l',
  outputs: {},
  resources: [],
};
const changed = { type: 'state_changed', serial: 3, lineage: 'l', sha256: 'x', bytes: 1 };
const succeeded = { type: 'run_finished', outcome: { kind: 'succeeded' } };

/** Sends the events after the requested number, then ends the stream. */
const events =
  (text: string): Reply =>
  (request, response) => {
    const after = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('after'));
    response.end(text.split('\n').slice(after).join('\n'));
  };

test('a state is stored even if reading it breaks off after the last event was received', async () => {
  await using runner = await startFakeRunner({
    'GET /runs/:runId/events': [events(eventLines([changed, succeeded]))],
    'GET /runs/:runId/state': [broken, json({ title: 'full' }, 500), json(state)],
    'GET /runs/:runId': [json(runView({ status: 'finished', outcome: { kind: 'succeeded' }, lastSeq: 2 }))],
  });
  await using it = await startTestGateway();
  const { context } = it.gateway;
  const work = await stageWork(it, 'shipped', { runnerUrl: runner.url });
  expect(await followJobRun(work, `${work.job.id}-apply-1`)).toStrictEqual({ kind: 'succeeded' });
  expect((await newestStateVersion(context.database.query, 'shipped'))?.serial).toBe(3);
});

test('batches of events are small enough for one statement to store', async () => {
  const log = { type: 'log', step: 'plan', line: 'x' };
  const text = eventLines([...Array.from({ length: 5000 }, () => log), succeeded]);
  let sent = false;
  const send: Reply = (_request, response) =>
    void response
      .on('close', () => {
        sent = true;
      })
      .end(text);
  await using runner = await startFakeRunner({ 'GET /runs/:runId/events': [send] });
  const client = createRunnerClient(runner.url, token);
  const seqs: number[] = [];
  for await (const batch of client.followRun('r', 0, new AbortController().signal)) {
    assert.ok(batch.length <= 1000, `${batch.length} events at once`);
    seqs.push(...batch.map((event) => event.seq));
    await waitFor('all events to be here while the first are stored', () => sent);
  }
  expect(seqs).toStrictEqual(Array.from({ length: 5001 }, (_, index) => index + 1));
});

test('a line that is not an event is an error of the runner and crashes nothing', async () => {
  await using runner = await startFakeRunner({
    'GET /runs/:runId/events': [(_request, response) => void response.end('{"seq":1}\n<html>\n')],
  });
  const client = createRunnerClient(runner.url, token);
  const follow = async () => {
    for await (const _batch of client.followRun('r', 0, new AbortController().signal));
  };
  await assert.rejects(follow(), RunnerError);
});

test('a worker that was suspended past its lease reclaims its own job and keeps it', async () => {
  let open = 0;
  let opened = 0;
  const hanging: Reply = (_request, response) => {
    open += 1;
    opened += 1;
    response.on('close', () => {
      open -= 1;
    });
    response.write('\n');
  };
  await using runner = await startFakeRunner({
    'GET /capacity': [json(capacity)],
    'PUT /runs/:runId': [json(runView(), 201)],
    'GET /runs/:runId/events': [hanging],
  });
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url, LEASE_SECONDS: '3' });
  const { query } = it.gateway.context.database;
  const { jobId } = (await it.client.post('/api/deploy', { projectId: 'slept', iacCode: helloCode })).body;
  const lease = () =>
    query
      .selectFrom('jobs')
      .select(['lease_token', 'lease_expires_at'])
      .where('id', '=', jobId)
      .executeTakeFirstOrThrow();
  await waitFor('the run to be followed', () => open === 1);
  const taken = await waitFor('the job to be taken over', async () => {
    // Its own renewals would keep it: they stand still while a process is suspended.
    await query
      .updateTable('jobs')
      .set({ lease_expires_at: new Date(0) })
      .where('id', '=', jobId)
      .where('lease_token', '=', 1)
      .execute();
    const row = await lease();
    return row.lease_token === 2 ? row : undefined;
  });
  await waitFor('the first of the two to stop', () => opened === 2 && open === 1);
  const renewed = await waitFor('the lease to be renewed', async () => {
    const row = await lease();
    return Number(row.lease_expires_at) > Number(taken.lease_expires_at) ? row : undefined;
  });
  expect(renewed.lease_token).toBe(2);
});

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

/** A claimed job whose run has these events. */
async function followed(projectId: string, bodies: object[], more: Record<string, Reply[]> = {}) {
  const runner = await startFakeRunner({
    'GET /runs/:runId/events': [events(eventLines(bodies))],
    'GET /runs/:runId/state': [json(state)],
    ...more,
  });
  const work = await stageWork(it, projectId, { runnerUrl: runner.url });
  return {
    work,
    runId: `${work.job.id}-apply-1`,
    [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose](),
  };
}

const finished = (address: string, ok: boolean, action = 'create') => ({
  type: 'resource_finished',
  address,
  resourceType: 't',
  action,
  ok,
  elapsedSeconds: 1,
  id: null,
});

test('an overtaken worker stores neither state nor events of its run', async () => {
  const { query } = it.gateway.context.database;
  await using run = await followed('overtaken', [changed, succeeded]);
  const before = await listEvents(query, run.work.job.id, 0);
  await overtake(run.work);
  await assert.rejects(shipState(run.work, run.runId), LeaseLostError);
  await assert.rejects(followJobRun(run.work, run.runId), LeaseLostError);
  expect(await newestStateVersion(query, 'overtaken')).toBe(undefined);
  expect(await listEvents(query, run.work.job.id, 0)).toStrictEqual(before);

  // Also if it has no state to store first.
  await using silent = await followed('silent', [{ type: 'step_started', step: 'apply' }, succeeded]);
  await overtake(silent.work);
  await assert.rejects(followJobRun(silent.work, silent.runId), LeaseLostError);
  expect((await findJob(query, silent.work.job.id))?.step).toBe(null);
});

test('a run’s events are stored with step and counts, and the waiting reason is cleared', async () => {
  const { query } = it.gateway.context.database;
  const failedRun = { kind: 'failed', step: 'apply', exitCode: 1, message: 'no' };
  await using run = await followed('counted', [
    { type: 'step_started', step: 'apply' },
    finished('a', true),
    finished('b', true),
    finished('c', false),
    finished('d', true, 'read'),
    changed,
    { type: 'run_finished', outcome: failedRun },
  ]);
  const patch = { waiting_reason: 'the runner is away', planned: 4 };
  run.work.job = await patchJob(query, run.work.lease, patch);
  expect(await followJobRun(run.work, run.runId)).toStrictEqual(failedRun);
  const row = await findJob(query, run.work.job.id);
  expect([row?.step, row?.finished, row?.failed, row?.planned, row?.waiting_reason]).toStrictEqual([
    'apply',
    2,
    1,
    4,
    null,
  ]);
  expect((await newestStateVersion(query, 'counted'))?.jobId).toBe(run.work.job.id);
  const types = (await listEvents(query, run.work.job.id, 0)).map(({ body }) => body.type);
  expect(types.filter((type) => type === 'resource_finished').length).toBe(4);
  expect(types.at(-1)).toBe('run_finished');

  // A worker that takes over after the last event was stored returns the outcome and stores nothing twice.
  await using later = await startFakeRunner({
    'GET /runs/:runId/events': [(_request, response) => void response.end()],
    'GET /runs/:runId': [json(runView({ status: 'finished', outcome: failedRun, lastSeq: 7 }))],
  });
  const { runners } = it.gateway.context;
  const again = { ...run.work, runner: runners.reserveOn(later.url, run.work.job.id) };
  expect(await followJobRun(again, run.runId)).toStrictEqual(failedRun);
  expect((await listEvents(query, run.work.job.id, 0)).length).toBe(row?.last_event_seq);
});

test('a run that has ended is followed until its last event is stored', async () => {
  const all = eventLines([{ type: 'step_started', step: 'apply' }, changed, succeeded]);
  const nothing: Reply = (_request, response) => void response.end();
  await using run = await followed('cut', [], {
    'GET /runs/:runId/events': [nothing, nothing, events(all)],
    'GET /runs/:runId': [json(runView({ status: 'finished', outcome: { kind: 'succeeded' }, lastSeq: 3 }))],
  });
  expect(await followJobRun(run.work, run.runId)).toStrictEqual({ kind: 'succeeded' });
  expect((await newestStateVersion(it.gateway.context.database.query, 'cut'))?.serial).toBe(3);
});

test('a secret that is learned during a run is redacted in earlier stored events and in the outcome', async () => {
  const { query } = it.gateway.context.database;
  const secretive = { ...state, outputs: { key: { value: 'made-by-the-run', sensitive: true } } };
  const log = { type: 'log', step: 'apply', line: 'it is made-by-the-run' };
  const outcome = { kind: 'failed', step: 'apply', exitCode: 1, message: 'bad made-by-the-run' };
  const stream: Reply = (request, response) => {
    const lines = eventLines([log, changed, { type: 'run_finished', outcome }]).split('\n');
    const after = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('after'));
    response.end(lines.slice(after, after + 1).join('\n'));
  };
  await using run = await followed('learned', [], {
    'GET /runs/:runId/events': [stream],
    'GET /runs/:runId': [json(runView())],
    'GET /runs/:runId/state': [json(secretive)],
  });
  const ended = await followJobRun(run.work, run.runId);
  expect('message' in ended && ended.message).toBe('bad (redacted)');
  const stored = JSON.stringify(await listEvents(query, run.work.job.id, 0));
  expect(stored).toMatch(/it is \(redacted\)/);
  expect(stored).not.toMatch(/made-by-the-run/);
});

test('a cancel request whose announcement came before the run is forwarded with the run’s first events', async () => {
  let cancelled = 0;
  await using run = await followed('cancelled-early', [{ type: 'step_started', step: 'apply' }, succeeded], {
    'POST /runs/:runId/cancel': [
      (_request, response) => {
        cancelled += 1;
        response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify(runView()));
      },
    ],
  });
  await patchJob(it.gateway.context.database.query, run.work.lease, {
    cancel_requested_at: new Date(),
    cancel_grace_seconds: 1,
  });
  await followJobRun(run.work, run.runId);
  await waitFor('the cancel to reach the runner', () => cancelled > 0);
});
