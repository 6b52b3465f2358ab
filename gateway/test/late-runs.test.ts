import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '../../e2e/support/wait.ts';
import { savePlan } from '../src/plans/store.ts';
import { newestStateVersion, saveStateVersion } from '../src/states/store.ts';
import { capacity, json, type Reply, runView, startFakeRunner } from './fake-runner.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

const bucket = { mode: 'managed', type: 'aws_s3_bucket', name: 'lost', provider: 'p', instances: [{}] };
const state = (serial: number, resources: object[] = []) => ({
  version: 4,
  terraform_version: '1.11.4',
  serial,
  lineage: 'l',
  outputs: {},
  resources,
});
const plan = {
  resource_changes: [
    {
      address: 'aws_s3_bucket.lost',
      mode: 'managed',
      type: 'aws_s3_bucket',
      name: 'lost',
      provider_name: 'p',
      change: { actions: ['create'], before: null, after: { bucket: 'the-lost' } },
    },
  ],
};

const deletions: string[] = [];
const removed: Reply = (request, response) => {
  deletions.push(request.url ?? '');
  response.writeHead(204).end();
};
/** A runner that is full, so that no job starts, and has a finished apply with the given state. */
const runnerWith = (lost: object) =>
  startFakeRunner({
    'GET /capacity': [json({ ...capacity, slots: 0, free: 0 })],
    'GET /runs/:runId': [json(runView({ status: 'finished', outcome: { kind: 'succeeded' } }))],
    'GET /runs/:runId/state': [json(lost)],
    'DELETE /runs/:runId': [removed],
  });

/** A job whose plan was made from serial 1 and whose apply was lost with its runner. */
async function lostApply(it: TestGateway, runnerUrl: string): Promise<string> {
  const { query } = it.gateway.context.database;
  const { encryption } = it.gateway.context;
  const { jobId } = (await it.client.post('/api/deploy', { projectId: 'p', iacCode: helloCode })).body;
  await query.updateTable('jobs').set({ status: 'failed' }).where('id', '=', jobId).execute();
  const raw = Buffer.from(JSON.stringify(state(1)));
  await saveStateVersion(query, encryption, { projectId: 'p', jobId: 'earlier', raw });
  await savePlan(query, encryption, {
    jobId,
    digest: 'd',
    stateSerial: 1,
    stateLineage: 'l',
    json: Buffer.from(JSON.stringify(plan)),
    file: Buffer.from('x'),
  });
  const run = { run_id: `${jobId}-apply-1`, job_id: jobId, project_id: 'p', runner_url: runnerUrl };
  await query.insertInto('unsettled_runs').values(run).execute();
  return jobId;
}

const settled = (it: TestGateway) =>
  waitFor('the run to be settled', async () => {
    const rows = await it.gateway.context.database.query
      .selectFrom('unsettled_runs')
      .select('run_id')
      .execute();
    return rows.length === 0;
  });

test('the state of a lost apply is stored when its runner is back, and its runs are removed there', async () => {
  await using runner = await runnerWith(state(9, [bucket]));
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const jobId = await lostApply(it, runner.url);
  await settled(it);
  const newest = await newestStateVersion(it.gateway.context.database.query, 'p');
  assert.deepEqual([newest?.serial, newest?.jobId], [9, jobId]);
  await waitFor('its runs to be removed', () => deletions.length === 2);
  assert.deepEqual(deletions, [`/runs/${jobId}-apply-1`, `/runs/${jobId}-plan-1`]);
});

test('the state of a lost apply never takes the place of what a later job has stored', async () => {
  await using runner = await runnerWith(state(9, [bucket]));
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const { database, encryption } = it.gateway.context;
  const later = Buffer.from(JSON.stringify(state(2)));
  const jobId = await lostApply(it, 'http://127.0.0.1:1');
  await saveStateVersion(database.query, encryption, { projectId: 'p', jobId: 'later', raw: later });
  await database.query.updateTable('unsettled_runs').set({ runner_url: runner.url }).execute();
  await settled(it);
  assert.equal((await newestStateVersion(database.query, 'p'))?.serial, 2);
  const { stateUncertain } = (await it.client.get('/api/deploy/infrastructure/p')).body;
  assert.equal(stateUncertain.jobId, jobId);
  assert.deepEqual(stateUncertain.unrecorded, [
    { address: 'aws_s3_bucket.lost', type: 'aws_s3_bucket', importId: 'the-lost', started: true },
  ]);
});
