import assert from 'node:assert/strict';
import { applyPhase } from '../src/jobs/worker/apply-phase.ts';
import type { JobWork } from '../src/jobs/worker/job-work.ts';
import { madeFrom } from '../src/projects/plans/made-from.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { type StateVersion, saveStateVersion } from '../src/projects/states/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { eventLines, json, type Reply, runView, startFakeRunner } from './fake-runner.ts';
import { stageWork } from './staged-work.ts';
import { startTestGateway, type TestGateway } from './support.ts';

const version = (serial: number, lineage: string) => ({ serial, lineage }) as StateVersion;
const plan = (stateSerial: number | null, stateLineage: string | null) => ({ stateSerial, stateLineage });

test('a plan was made from a state with the same serial and lineage, or from no state', () => {
  expect(madeFrom(plan(3, 'l'), version(3, 'l'))).toBe(true);
  expect(madeFrom(plan(3, 'l'), version(4, 'l'))).toBe(false);
  expect(madeFrom(plan(3, 'l'), version(2, 'l'))).toBe(false);
  expect(madeFrom(plan(3, 'l'), version(3, 'other'))).toBe(false);
  expect(madeFrom(plan(null, null), version(3, 'l'))).toBe(false);
  expect(madeFrom(plan(0, 'l'), version(0, 'other'))).toBe(false);
  expect(madeFrom(plan(null, null), undefined)).toBe(true);
  expect(madeFrom(plan(0, ''), undefined)).toBe(true);
  expect(madeFrom(plan(3, 'l'), undefined)).toBe(false);
});

const started: { mode: string; planDigest: string; state: { content: string } | null }[] = [];
const start: Reply = async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  started.push(JSON.parse(body));
  json(runView(), 201)(request, response);
};
let outcome: object = { kind: 'succeeded' };
let it: TestGateway;
let runner: Awaited<ReturnType<typeof startFakeRunner>>;
beforeAll(async () => {
  runner = await startFakeRunner({
    'PUT /runs/:runId': [start],
    'GET /runs/:runId/events': [
      (_request, response) => void response.end(eventLines([{ type: 'run_finished', outcome }])),
    ],
  });
  it = await startTestGateway();
});
afterAll(async () => {
  await it?.[Symbol.asyncDispose]();
  await runner?.[Symbol.asyncDispose]();
});

const save = (projectId: string, jobId: string, serial: number, lineage = 'l') => {
  const state = { version: 4, terraform_version: '1.11.4', serial, lineage, outputs: {}, resources: [] };
  const { database, encryption } = it.gateway.context;
  const raw = Buffer.from(JSON.stringify(state));
  return saveStateVersion(database.query, encryption, { projectId, jobId, raw });
};

/** A deploy whose plan was made from serial 3 of lineage l, stored by an earlier job. */
async function atApply(projectId: string): Promise<JobWork> {
  const { database, encryption } = it.gateway.context;
  started.length = 0;
  outcome = { kind: 'succeeded' };
  await ensureProject(database.query, projectId);
  await save(projectId, 'earlier', 3);
  const work = await stageWork(it, projectId, { runnerUrl: runner.url });
  await savePlan(database.query, encryption, {
    jobId: work.job.id,
    digest: 'the-digest',
    stateSerial: 3,
    stateLineage: 'l',
    json: Buffer.from('{}'),
    file: Buffer.from('x'),
  });
  return work;
}

test('the stored plan is applied to the state it was made from', async () => {
  const work = await atApply('applied');
  expect(await applyPhase(work)).toStrictEqual({ kind: 'done' });
  const [request] = started;
  expect([request?.mode, request?.planDigest]).toStrictEqual(['normal', 'the-digest']);
  const sent = JSON.parse(Buffer.from(request?.state?.content ?? '', 'base64').toString());
  expect([sent.serial, sent.lineage]).toStrictEqual([3, 'l']);
  const project = await it.gateway.context.database.query
    .selectFrom('projects')
    .select('revision')
    .where('id', '=', 'applied')
    .executeTakeFirstOrThrow();
  expect(project.revision).toBe(1);
});

test('an unsuccessful apply returns its outcome', async () => {
  const work = await atApply('ended');
  outcome = { kind: 'failed', step: 'apply', exitCode: 1, message: 'no' };
  expect(await applyPhase(work)).toStrictEqual({ kind: 'run_ended', outcome });
});

for (const [what, serial, lineage] of [
  ['a later serial', 4, 'l'],
  ['an earlier serial', 2, 'l'],
  ['another lineage with the same serial', 3, 'other'],
] as const)
  test(`a plan is not applied to a state of ${what}`, async () => {
    const projectId = `stale-${serial}-${lineage}`;
    const work = await atApply(projectId);
    await save(projectId, 'another-job', serial, lineage);
    const result = await applyPhase(work);
    expect([result.kind, 'reason' in result && result.reason, 'step' in result && result.step]).toStrictEqual(
      ['refused', 'plan_stale', 'apply'],
    );
    expect(started).toStrictEqual([]);
  });

test('an apply that has stored a state continues although the plan was made from another state', async () => {
  const work = await atApply('resumed');
  await save('resumed', work.job.id, 5);
  expect(await applyPhase(work)).toStrictEqual({ kind: 'done' });
  expect(started.length).toBe(1);
});

test('a plan whose seal is broken is not applied', async () => {
  const { query } = it.gateway.context.database;
  for (const change of [{ state_lineage: 'l', digest: 'forged' }, { seal: null }, { plan_file: null }]) {
    const work = await atApply(`sealed-${Object.keys(change).at(-1)?.replace('_', '-')}`);
    await query.updateTable('plans').set(change).where('job_id', '=', work.job.id).execute();
    const result = await applyPhase(work);
    assert.equal('reason' in result && result.reason, 'plan_seal_broken', JSON.stringify(change));
  }
  expect(started).toStrictEqual([]);
});

test('without a plan nothing is applied', async () => {
  const work = await atApply('planless');
  await it.gateway.context.database.query.deleteFrom('plans').where('job_id', '=', work.job.id).execute();
  await expect(applyPhase(work)).rejects.toThrow(/its plan is missing/);
  expect(started).toStrictEqual([]);
});
