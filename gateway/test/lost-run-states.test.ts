import assert from 'node:assert/strict';
import type { Orphan, StepName } from '@deployment-engine/contracts';
import type { Context } from '../src/context.ts';
import { settleLostRuns } from '../src/jobs/recovery/lost-runs.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { listStateVersions, saveStateVersion } from '../src/projects/states/store.ts';
import { createRunnerClient } from '../src/runners/client.ts';
import { broken, json, type Reply, runView, startFakeRunner } from './fake-runner.ts';
import { stageWork } from './staged-work.ts';
import { startTestGateway, type TestGateway } from './support.ts';

const creation = {
  address: 'aws_s3_bucket.a',
  mode: 'managed',
  type: 'aws_s3_bucket',
  name: 'a',
  provider_name: 'p',
  change: { actions: ['create'], before: null, after: { bucket: 'the-bucket' } },
};
const stateOf = (serial: number, lineage = 'l') =>
  JSON.stringify({ version: 4, terraform_version: '1.11.4', serial, lineage, outputs: {}, resources: [] });
const problem = (code: string) =>
  json({ type: 'x', title: 'x', status: 404, detail: 'x', code, error: 'x' }, 404);

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
const query = () => it.gateway.context.database.query;

type Lost = {
  /** Serial and lineage that the plan was made from. */
  madeFrom?: [number | null, string | null];
  /** States stored since then, each with the job that stored it; `own` is the lost job. */
  stored?: [job: string, serial: number, lineage: string][];
};

/** A deploy of the project whose apply was lost with its runner. */
async function lostApply(projectId: string, { madeFrom = [1, 'l'], stored = [['earlier', 1, 'l']] }: Lost) {
  const { job } = await stageWork(it, projectId);
  await query().updateTable('jobs').set({ status: 'failed' }).where('id', '=', job.id).execute();
  const { encryption } = it.gateway.context;
  await savePlan(query(), encryption, {
    jobId: job.id,
    digest: 'd',
    stateSerial: madeFrom[0],
    stateLineage: madeFrom[1],
    json: Buffer.from(JSON.stringify({ resource_changes: [creation] })),
    file: Buffer.from('x'),
  });
  for (const [by, serial, lineage] of stored)
    await saveStateVersion(query(), encryption, {
      projectId,
      jobId: by === 'own' ? job.id : by,
      raw: Buffer.from(stateOf(serial, lineage)),
    });
  return job.id;
}

/** Settles the job's run once, with a runner that has come back and gives these answers; returns its requests. */
async function settleOnce(jobId: string, replies: Record<string, Reply[]> = {}, trouble?: string) {
  const asked: string[] = [];
  const note =
    (answer: Reply): Reply =>
    async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      asked.push(`${request.method} ${request.url?.replace(jobId, 'own')} ${body}`.trim());
      answer(request, response);
    };
  const runs = [`${jobId}-apply-1`, `${jobId}-plan-1`].map((runId) => ({ ...runView(), runId, jobId }));
  await using runner = await startFakeRunner({
    'GET /runs/:runId': [json(runView({ status: 'finished', outcome: { kind: 'succeeded' } }))],
    'GET /runs/:runId/state': [json(JSON.parse(stateOf(9)))],
    'GET /runs/:runId/journal': [(_request, response) => void response.end('')],
    'GET /runs': [json({ runs: [...runs, { ...runView(), runId: 'other-apply-1', jobId: 'other' }] })],
    'DELETE /runs/:runId': [note((_request, response) => void response.writeHead(204).end())],
    'POST /runs/:runId/cancel': [note(json(runView({ stopping: true })))],
    ...replies,
  });
  const row = await query()
    .selectFrom('jobs')
    .select('project_id')
    .where('id', '=', jobId)
    .executeTakeFirstOrThrow();
  const run = {
    run_id: `${jobId}-apply-1`,
    job_id: jobId,
    project_id: row.project_id,
    runner_url: runner.url,
  };
  await query().insertInto('unsettled_runs').values(run).execute();
  const client = createRunnerClient(runner.url, it.gateway.context.config.runnerToken);
  const runners = { runners: () => [{ client, problem: trouble }] } as unknown as Context['runners'];
  await settleLostRuns({ ...it.gateway.context, runners });
  const left = await query()
    .selectFrom('unsettled_runs')
    .select('run_id')
    .where('run_id', '=', run.run_id)
    .execute();
  await query().deleteFrom('unsettled_runs').execute();
  return { asked, isKept: left.length > 0 };
}

const newest = async (projectId: string) => {
  const [version] = await listStateVersions(query(), projectId, { limit: 1 });
  return version && [version.serial, version.lineage];
};

/** Cases with whether the late state, serial 9 of lineage l, becomes the newest. */
const states: [string, Lost, boolean][] = [
  ['the state its plan was made from', {}, true],
  ['an earlier state of its own', { stored: [['own', 5, 'l']] }, true],
  ['a later state of its own', { stored: [['own', 12, 'l']] }, false],
  ['the same serial of its own', { stored: [['own', 9, 'l']] }, false],
  ['a state of its own of another lineage', { stored: [['own', 5, 'other']] }, false],
  ['no state, as when its plan was made', { madeFrom: [null, null], stored: [] }, true],
  ['a state of another job', { stored: [['another', 2, 'l']] }, false],
  ['a state of another lineage with the serial of its plan', { stored: [['another', 1, 'other']] }, false],
];
for (const [index, [what, lost, isStored]] of states.entries())
  test(`a late state is ${isStored ? 'stored' : 'not stored'} over ${what}`, async () => {
    const projectId = `late-${index}`;
    const jobId = await lostApply(projectId, lost);
    const before = await newest(projectId);
    const { isKept, asked } = await settleOnce(jobId);
    expect(await newest(projectId)).toStrictEqual(isStored ? [9, 'l'] : before);
    expect(isKept).toBe(false);
    expect(asked).toStrictEqual([`DELETE /runs/own-apply-1`, `DELETE /runs/own-plan-1`]);
  });

for (const [step, waits] of [
  ['apply', true],
  ['outputs', true],
  ['plan', false],
] as const satisfies [StepName, boolean][])
  test(`a lost run ${waits ? 'waits for' : 'does not wait for'} a job of its project that is at ${step}`, async () => {
    const projectId = `busy-${step}`;
    const jobId = await lostApply(projectId, {});
    const { job } = await stageWork(it, projectId);
    await query().updateTable('jobs').set({ step }).where('id', '=', job.id).execute();
    const { isKept, asked } = await settleOnce(jobId);
    expect(isKept).toBe(waits);
    expect(await newest(projectId)).toStrictEqual(waits ? [1, 'l'] : [9, 'l']);
    expect(asked.length === 0).toBe(waits);
    await query().updateTable('jobs').set({ status: 'failed' }).where('id', '=', job.id).execute();
    assert.equal((await settleOnce(jobId)).isKept, false, 'it is settled once that job has ended');
  });

test('a job of another project that is applying does not matter', async () => {
  const jobId = await lostApply('alone', {});
  const { job } = await stageWork(it, 'elsewhere');
  await query().updateTable('jobs').set({ step: 'apply' }).where('id', '=', job.id).execute();
  expect((await settleOnce(jobId)).isKept).toBe(false);
});

const running = { 'GET /runs/:runId': [json(runView({ status: 'running' }))] };

test('an apply that still runs is not settled yet, but its state so far is stored', async () => {
  const jobId = await lostApply('running', {});
  expect(await settleOnce(jobId, running)).toStrictEqual({ asked: [], isKept: true });
  expect(await newest('running')).toStrictEqual([9, 'l']);
});

test('an apply that still runs after another job has stored a state is cancelled, and its state is not stored', async () => {
  const jobId = await lostApply('overtaken', { stored: [['another', 2, 'l']] });
  const { asked, isKept } = await settleOnce(jobId, running);
  const { cancelGraceSeconds } = it.gateway.context.config;
  expect(asked).toStrictEqual([`POST /runs/own-apply-1/cancel {"graceSeconds":${cancelGraceSeconds}}`]);
  expect(isKept).toBe(true);
  expect(await newest('overtaken')).toStrictEqual([2, 'l']);
});

test('a run is forgotten only if its runner answers that it does not have it', async () => {
  const jobId = await lostApply('asked', {});
  const get = (...replies: Reply[]) => ({ 'GET /runs/:runId': replies });
  expect((await settleOnce(jobId, get(problem('run_not_found')))).isKept).toBe(false);
  expect((await settleOnce(jobId, get(broken))).isKept).toBe(true);
  expect((await settleOnce(jobId, get(problem('internal')))).isKept).toBe(true);
  expect((await settleOnce(jobId, { 'GET /runs/:runId/state': [broken] })).isKept).toBe(true);
  expect((await settleOnce(jobId, {}, 'it does not answer')).isKept).toBe(true);
  expect(await newest('asked')).toStrictEqual([1, 'l']);
  const stateless = { 'GET /runs/:runId/state': [problem('state_not_found')] };
  assert.equal((await settleOnce(jobId, stateless)).isKept, false, 'Terraform had written none');
  expect(await newest('asked')).toStrictEqual([1, 'l']);
});

test('a run that cannot be removed from its runner is still settled', async () => {
  const jobId = await lostApply('unremoved', {});
  expect((await settleOnce(jobId, { 'DELETE /runs/:runId': [problem('internal')] })).isKept).toBe(false);
});

for (const [outcome, stored, reason] of [
  [{ kind: 'succeeded' }, 'earlier', 'The runner was lost during the apply'],
  [
    { kind: 'failed', step: 'apply', exitCode: 1, message: 'no' },
    'earlier',
    'An apply whose runner was lost did not succeed',
  ],
  [
    { kind: 'succeeded' },
    'another',
    'An apply whose runner was lost continued while another job changed the project',
  ],
] as const)
  test(`objects that may exist are reported: ${reason}`, async () => {
    const projectId = `reported-${stored}-${outcome.kind}`;
    const serial = stored === 'another' ? 2 : 1;
    const jobId = await lostApply(projectId, { stored: [[stored, serial, 'l']] });
    const view = json(runView({ status: 'finished', outcome }));
    await settleOnce(jobId, { 'GET /runs/:runId': [view] });
    const { orphans } = (await it.client.get(`/api/deploy/orphans/${projectId}`)).body;
    expect(orphans.map((orphan: Orphan) => [orphan.address, orphan.reason, orphan.jobId])).toStrictEqual([
      ['aws_s3_bucket.a', reason, jobId],
    ]);
  });
