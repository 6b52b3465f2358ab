import assert from 'node:assert/strict';
import { instanceAddresses } from '@deployment-engine/terraform-code';
import { waitFor } from '../../testing/wait.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { newestStateVersion, readNewestState, saveStateVersion } from '../src/projects/states/store.ts';
import { capacity, json, type Reply, runView, startFakeRunner } from './fake-runner.ts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

const bucketNamed = (id: string) => ({
  ...{ mode: 'managed', type: 'aws_s3_bucket', name: 'lost', provider: 'provider["p"]' },
  instances: [{ schema_version: 0, attributes: { id, bucket: id } }],
});
const bucket = bucketNamed('the-lost');
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
let lostRuns: object[] = [];
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
    'GET /runs/:runId/journal': [(_request, response) => void response.end('')],
    'GET /runs': [(_request, response) => json({ runs: lostRuns })(_request, response)],
    'DELETE /runs/:runId': [removed],
  });

/** A job whose plan was made from serial 1 and whose apply was lost with its runner. */
async function lostApply(it: TestGateway, runnerUrl: string): Promise<string> {
  const { query } = it.gateway.context.database;
  const { encryption } = it.gateway.context;
  const { jobId } = (await it.client.post('/api/deploy', { projectId: 'p', iacCode: helloCode })).body;
  lostRuns = ['apply', 'plan'].map((kind) => ({ ...runView(), runId: `${jobId}-${kind}-1`, jobId }));
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

test('when its runner comes back, a lost apply’s state is stored and its runs are removed from the runner', async () => {
  await using runner = await runnerWith(state(9, [bucket]));
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const jobId = await lostApply(it, runner.url);
  await settled(it);
  const newest = await newestStateVersion(it.gateway.context.database.query, 'p');
  expect([newest?.serial, newest?.jobId]).toStrictEqual([9, jobId]);
  await waitFor('its runs to be removed', () => deletions.length === 2);
  expect(deletions).toStrictEqual([`/runs/${jobId}-apply-1`, `/runs/${jobId}-plan-1`]);
});

/** Stores this state as a later job's; then the runner comes back with its own serial 9. */
async function overtakenBy(it: TestGateway, later: object, runnerUrl: string): Promise<string> {
  const { database, encryption } = it.gateway.context;
  const jobId = await lostApply(it, 'http://127.0.0.1:1');
  const raw = Buffer.from(JSON.stringify(later));
  await saveStateVersion(database.query, encryption, { projectId: 'p', jobId: 'later', raw });
  await database.query.updateTable('unsettled_runs').set({ runner_url: runnerUrl }).execute();
  await settled(it);
  return jobId;
}

test('a lost apply’s objects are added to a later job’s state and replace nothing there', async () => {
  await using runner = await runnerWith(state(9, [bucket]));
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  const { database, encryption } = it.gateway.context;
  const jobId = await overtakenBy(it, state(2), runner.url);
  const newest = await readNewestState(database.query, encryption, 'p');
  assert.equal(newest?.version.serial, 3);
  expect([...instanceAddresses(newest.state).keys()]).toStrictEqual(['aws_s3_bucket.lost']);
  expect((await it.client.get('/api/deploy/infrastructure/p')).body.stateUncertain).toBe(null);
  const { orphans } = (await it.client.get('/api/deploy/orphans/p')).body;
  expect(
    orphans.map((orphan: Record<string, unknown>) => [orphan.jobId, orphan.status, orphan.objectId]),
  ).toStrictEqual([[jobId, 'adopted', 'the-lost']]);
});

test('if a later job has created the same resource, the lost apply’s object is reported with its id', async () => {
  await using runner = await runnerWith(state(9, [bucket]));
  await using it = await startTestGateway({ TERRAFORM_RUNNER_URL: runner.url });
  await overtakenBy(it, state(2, [bucketNamed('the-second')]), runner.url);
  expect((await newestStateVersion(it.gateway.context.database.query, 'p'))?.serial).toBe(2);
  const { stateUncertain } = (await it.client.get('/api/deploy/infrastructure/p')).body;
  const [entry] = stateUncertain.unrecorded;
  expect([entry.address, entry.importId]).toStrictEqual(['aws_s3_bucket.lost', 'the-lost']);
  const refused = await it.client.post('/api/deploy/orphans/p/adopt', { orphanId: entry.orphanId });
  expect([refused.status, refused.body.code]).toStrictEqual([409, 'orphan_not_adoptable']);
});
