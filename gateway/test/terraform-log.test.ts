import assert from 'node:assert/strict';
import { LeaseLostError } from '../src/jobs/lease-lost-error.ts';
import { keepTerraformLog } from '../src/jobs/terraform-logs/keep-log.ts';
import { readTerraformLogs, saveTerraformLog } from '../src/jobs/terraform-logs/store.ts';
import { followJobRun } from '../src/jobs/worker/follow-run.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { broken, eventLines, json, type Reply, startFakeRunner } from './fake-runner.ts';
import { overtake, stageWork } from './staged-work.ts';
import { helloCode } from './support.ts';

const secret = 'Tr0ub4dor-and-3-of-them';
const code = 'variable "word" {}';
let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const stored = (jobId: string) => {
  const { database, encryption } = it.gateway.context;
  return readTerraformLogs(database.query, encryption, jobId);
};

/** A claimed job whose runner has this log; counts the requests for the log. */
async function logged(projectId: string, replies: Reply[], more: object = { terraformLog: 'debug' }) {
  const asked = { times: 0 };
  const runner = await startFakeRunner({
    'GET /runs/:runId/events': [
      (_request, response) =>
        void response.end(eventLines([{ type: 'run_finished', outcome: { kind: 'succeeded' } }])),
    ],
    'GET /runs/:runId/terraform-log': replies.map((reply) => (request, response) => {
      asked.times += 1;
      reply(request, response);
    }),
  });
  await it.admin.request('PUT', `/api/deploy/secrets/${projectId}/variables`, {
    variables: { word: secret },
  });
  const staged = { runnerUrl: runner.url, iacCode: code, ...more };
  const work = await stageWork({ ...it, client: it.admin }, projectId, staged);
  return { work, asked, runner, [Symbol.asyncDispose]: () => runner[Symbol.asyncDispose]() };
}
const text =
  (log: string): Reply =>
  (_request, response) =>
    void response.end(log);

test('a requested log is stored when the run ends, redacted and sealed', async () => {
  await using run = await logged('kept', [text(`it sent ${secret} away`)]);
  const { id } = run.work.job;
  await followJobRun(run.work, `${id}-plan-1`);
  expect(await stored(id)).toStrictEqual(['it sent (redacted) away']);
  const rows = await it.gateway.context.database.query
    .selectFrom('terraform_logs')
    .select('content')
    .execute();
  assert.ok(rows.every(({ content }) => !Buffer.from(content).includes('it sent')));
});

test('a log that was not requested is not fetched', async () => {
  await using run = await logged('unasked', [text('a log')], {});
  await followJobRun(run.work, `${run.work.job.id}-plan-1`);
  expect(run.asked.times).toBe(0);
  expect(await stored(run.work.job.id)).toStrictEqual([]);
});

test('a log that cannot be fetched does not fail the run', async () => {
  for (const [name, reply] of [
    ['broken', broken],
    ['missing', json({ title: 'none' }, 404)],
  ] as const) {
    await using run = await logged(`log-${name}`, [reply]);
    expect(await followJobRun(run.work, `${run.work.job.id}-plan-1`)).toStrictEqual({ kind: 'succeeded' });
    expect(run.asked.times).toBe(1);
    expect(await stored(run.work.job.id)).toStrictEqual([]);
  }
});

test('a runner’s later log of a job replaces its earlier one; another runner’s log follows it', async () => {
  await using first = await logged('replaced', [text('of the plan,'), text('of plan and apply,')]);
  const { id } = first.work.job;
  await keepTerraformLog(first.work, `${id}-plan-1`);
  await keepTerraformLog(first.work, `${id}-apply-1`);
  expect(await stored(id)).toStrictEqual(['of plan and apply,']);
  await using other = await startFakeRunner({ 'GET /runs/:runId/terraform-log': [text('elsewhere')] });
  const moved = { ...first.work, runner: it.gateway.context.runners.reserveOn(other.url, id) };
  await keepTerraformLog(moved, `${id}-apply-2`);
  expect(await stored(id)).toStrictEqual(['of plan and apply,', 'elsewhere']);
});

test('an overtaken worker stores no log', async () => {
  await using run = await logged('overtaken', [text('a log')]);
  await overtake(run.work);
  await assert.rejects(keepTerraformLog(run.work, `${run.work.job.id}-plan-1`), LeaseLostError);
  expect(await stored(run.work.job.id)).toStrictEqual([]);
});

test('a log opens only for its own job and runner', async () => {
  const { database, encryption } = it.gateway.context;
  await using one = await logged('one', []);
  await using two = await logged('two', []);
  const [a, b] = [one.work.job.id, two.work.job.id];
  for (const [jobId, runnerUrl] of [
    [a, 'r'],
    [b, 'r'],
  ] as const)
    await saveTerraformLog(database.query, encryption, { jobId, runnerUrl, text: `of ${jobId}` });
  expect(await stored(a)).toStrictEqual([`of ${a}`]);
  const row = await database.query
    .selectFrom('terraform_logs')
    .select('content')
    .where('job_id', '=', a)
    .executeTakeFirstOrThrow();
  await database.query.updateTable('terraform_logs').set(row).where('job_id', '=', b).execute();
  await assert.rejects(stored(b));
  await database.query
    .updateTable('terraform_logs')
    .set({ runner_url: 's' })
    .where('job_id', '=', a)
    .execute();
  await assert.rejects(stored(a));
});

test('only admins may request a log, for any kind of job, and only they may read it', async () => {
  const deployer = await it.withKey('deployer', ['*']);
  const request = { projectId: 'asked', iacCode: helloCode };
  const { jobId } = (await it.admin.post('/api/deploy', { ...request, terraformLog: 'trace' })).body;
  for (const [path, body] of [
    ['/api/deploy', request],
    ['/api/deploy/plan', request],
    ['/api/deploy/destroy', { projectId: 'asked' }],
    ['/api/deploy/rollback', { projectId: 'asked', toRevision: 1 }],
  ] as const) {
    const refused = await deployer.client.post(path, { ...body, terraformLog: 'error' });
    assert.deepEqual([refused.status, refused.body.code], [403, 'forbidden'], path);
    assert.match(refused.body.detail, /needs the role admin; the caller is deployer/, path);
    assert.equal((await deployer.client.post(path, body)).status, 202, path);
    assert.equal((await it.admin.post(path, { ...body, terraformLog: 'error' })).status, 202, path);
  }
  const path = `/api/deploy/jobs/${jobId}/terraform-log`;
  expect((await deployer.client.get(path)).body.code).toBe('forbidden');
  expect((await it.admin.get(path)).body.code).toBe('terraform_log_not_found');
});
