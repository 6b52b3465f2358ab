import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../../e2e/support/wait.ts';
import { notify } from '../src/database/open.ts';
import { claimNextJob } from '../src/jobs/claim.ts';
import { jobQueuedChannel } from '../src/jobs/transition.ts';
import { createRunnerClient, RunnerError } from '../src/runners/client.ts';
import { JobSecrets } from '../src/secrets/job-secrets.ts';
import { newestStateVersion } from '../src/states/store.ts';
import { followRun } from '../src/worker/follow-run.ts';
import { broken, capacity, eventLines, json, type Reply, runView, startFakeRunner } from './fake-runner.ts';
import { helloCode, startTestGateway } from './support.ts';

const token = 'a-token-for-tests-only';
const state = {
  version: 4,
  terraform_version: '1.11.4',
  serial: 3,
  lineage: 'l',
  outputs: {},
  resources: [],
};
const succeeded = { type: 'run_finished', outcome: { kind: 'succeeded' } };

/** Sends the events after the number that was asked for, and ends. */
const events =
  (text: string): Reply =>
  (request, response) => {
    const after = Number(new URL(request.url ?? '/', 'http://x').searchParams.get('after'));
    response.end(text.split('\n').slice(after).join('\n'));
  };

test('a state is stored also where reading it breaks off after the last event has come', async () => {
  const changed = { type: 'state_changed', serial: 3, lineage: 'l', sha256: 'x', bytes: 1 };
  await using runner = await startFakeRunner({
    'GET /runs/:runId/events': [events(eventLines([changed, succeeded]))],
    'GET /runs/:runId/state': [broken, json({ title: 'full' }, 500), json(state)],
    'GET /runs/:runId': [json(runView({ status: 'finished', outcome: { kind: 'succeeded' }, lastSeq: 2 }))],
  });
  await using it = await startTestGateway();
  const { context } = it.gateway;
  await it.client.post('/api/deploy', { projectId: 'shipped', iacCode: helloCode });
  const claim = await claimNextJob(context.database.query, {
    owner: 'test',
    leaseSeconds: 60,
    lostHoldSeconds: 300,
  });
  assert.ok(claim);
  const work = {
    context,
    ...claim,
    runner: context.runners.reserveOn(runner.url, claim.job.id),
    secrets: new JobSecrets(context, claim.job),
    logger: context.logger,
    signal: new AbortController().signal,
  };
  assert.deepEqual(await followRun(work, `${claim.job.id}-apply-1`), { kind: 'succeeded' });
  assert.equal((await newestStateVersion(context.database.query, 'shipped'))?.serial, 3);
});

test('events come in batches that one statement can store', async () => {
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
  assert.deepEqual(
    seqs,
    Array.from({ length: 5001 }, (_, index) => index + 1),
  );
});

test('a line that is no event is an error of the runner and crashes nothing', async () => {
  await using runner = await startFakeRunner({
    'GET /runs/:runId/events': [(_request, response) => void response.end('{"seq":1}\n<html>\n')],
  });
  const client = createRunnerClient(runner.url, token);
  const follow = async () => {
    for await (const _batch of client.followRun('r', 0, new AbortController().signal));
  };
  await assert.rejects(follow(), RunnerError);
});

test('a worker that slept past its lease takes the job over from itself and keeps it', async () => {
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
  await query.transaction().execute(async (trx) => {
    await trx
      .updateTable('jobs')
      .set({ lease_expires_at: new Date(0) })
      .where('id', '=', jobId)
      .execute();
    await notify(trx, jobQueuedChannel, 'slept');
  });
  const taken = await waitFor('the job to be taken over', async () => {
    const row = await lease();
    return row.lease_token === 2 ? row : undefined;
  });
  await waitFor('the first of the two to stop', () => opened === 2 && open === 1);
  const renewed = await waitFor('the lease to be renewed', async () => {
    const row = await lease();
    return Number(row.lease_expires_at) > Number(taken.lease_expires_at) ? row : undefined;
  });
  assert.equal(renewed.lease_token, 2);
});
