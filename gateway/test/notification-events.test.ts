import assert from 'node:assert/strict';
import type { JobType } from '@deployment-engine/contracts';
import { waitFor } from '../../testing/wait.ts';
import { enginePrincipal } from '../src/access/principal.ts';
import { insertJob } from '../src/jobs/store.ts';
import { gatePhase } from '../src/jobs/worker/gate-phase.ts';
import type { JobWork, PhaseResult } from '../src/jobs/worker/job-work.ts';
import { preflightPhase } from '../src/jobs/worker/preflight-phase.ts';
import { settleJob } from '../src/jobs/worker/settle-job.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { type Receiver, startReceiver } from './receivers.ts';
import { stageGate } from './staged-gate.ts';
import { claimWork, overtake, stageWork } from './staged-work.ts';
import { startTestGateway, type TestGateway } from './support.ts';

const found = ['drift.found', 'budget.exceeded', 'orphans.left', 'policy.denied'];
const natGateway = { 'main.tf': 'resource "aws_nat_gateway" "n" {\n  subnet_id = "s"\n}\n' };
const bucket = { mode: 'managed', type: 'aws_s3_bucket', name: 'a', address: 'aws_s3_bucket.a' };
const failedApply: PhaseResult = {
  kind: 'run_ended',
  outcome: { kind: 'failed', step: 'apply', exitCode: 1, message: 'no' },
};

let it: TestGateway;
let web: Receiver;
beforeAll(async () => {
  web = await startReceiver();
  it = await startTestGateway({ NOTIFICATION_HOSTS: `127.0.0.1:${web.port}` });
});
afterAll(async () => {
  await it?.[Symbol.asyncDispose]();
  await web?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  web.received.length = 0;
});

const query = () => it.gateway.context.database.query;
const listen = async (projects: string, events: string[] = found) => {
  const url = `http://127.0.0.1:${web.port}/${projects.replaceAll('*', '')}`;
  const { status } = await it.client.post('/api/notifications', { name: 'n', url, projects, events });
  assert.equal(status, 201);
};
/** Waits until the outbox is empty, and returns what was told. */
const told = async (projectId: string) => {
  await waitFor('the messages to be delivered', async () => {
    const waiting = query().selectFrom('outbox').select('id').where('delivered_at', 'is', null);
    return (await waiting.execute()).length === 0;
  });
  return web.received
    .filter(({ body }) => body.data.projectId === projectId)
    .map(({ body }) => [body.type, body.data.detail]);
};
const givePlan = ({ job }: JobWork, plan: object) =>
  savePlan(query(), it.gateway.context.encryption, {
    ...{ jobId: job.id, digest: 'd', stateSerial: null, stateLineage: null },
    json: Buffer.from(JSON.stringify(plan)),
    file: Buffer.from('x'),
  });
const laterWork = async (projectId: string, type: JobType) => {
  await insertJob(query(), { projectId, type, revision: 1, createdBy: enginePrincipal });
  return claimWork(it);
};
const driftPlan = {
  resource_drift: [{ ...bucket, change: { actions: ['update'], before: { acl: 'a' }, after: { acl: 'b' } } }],
};

test('a drift check that finds drift tells it, one that finds none does not', async () => {
  await listen('drifting');
  await settleJob(await stageWork(it, 'drifting'), { kind: 'done' });
  const clean = await laterWork('drifting', 'drift');
  await givePlan(clean, { resource_drift: [] });
  await settleJob(clean, { kind: 'done' });
  expect(await told('drifting')).toStrictEqual([]);
  const check = await laterWork('drifting', 'drift');
  await givePlan(check, driftPlan);
  await settleJob(check, { kind: 'done' });
  expect(await told('drifting')).toStrictEqual([
    ['drift.found', 'Changed outside of Terraform: aws_s3_bucket.a.'],
  ]);
});

test('a worker that lost its lease tells nothing of the drift that it found', async () => {
  await listen('late', ['drift.found', 'job.succeeded']);
  await settleJob(await stageWork(it, 'late'), { kind: 'done' });
  const check = await laterWork('late', 'drift');
  await givePlan(check, driftPlan);
  await overtake(check);
  await assert.rejects(settleJob(check, { kind: 'done' }));
  expect(await told('late')).toStrictEqual([['job.succeeded', undefined]]);
  const row = { finished_at: new Date(), status: 'cancelled' as const };
  await query().updateTable('jobs').set(row).where('id', '=', check.job.id).execute();
});

test('a plan over the budget is told once, also when the gate is asked again after a crash', async () => {
  await listen('costly');
  const budget = { maxMonthly: 1, action: 'block' as const };
  const gate = await stageGate(it, { projectId: 'costly', files: natGateway, budget });
  await gate.run();
  const result = await gate.run();
  await gate.fail(result);
  const messages = await told('costly');
  expect(messages.map(([type]) => type)).toStrictEqual(['budget.exceeded']);
  expect(messages[0]?.[1]).toMatch(/^budget in USD: /);
});

test('a plan within the budget is not told', async () => {
  await listen('cheap');
  const gate = await stageGate(it, { projectId: 'cheap', files: natGateway, budget: { maxMonthly: 9999 } });
  await gate.run();
  await gate.complete();
  expect(await told('cheap')).toStrictEqual([]);
});

test('an apply that may have left objects tells which', async () => {
  await listen('leaving');
  const work = await stageWork(it, 'leaving');
  const change = { actions: ['create'], before: null, after: { bucket: 'b' } };
  await givePlan(work, { resource_changes: [{ ...bucket, provider_name: 'p', change }] });
  await settleJob(work, failedApply);
  expect(await told('leaving')).toStrictEqual([
    ['orphans.left', 'These may exist without an entry in the state: aws_s3_bucket.a.'],
  ]);
});

test('a plan that the policy refuses is told with the rules, once for each address', async () => {
  await listen('refused.stage.*');
  await listen('refused.*');
  const rule = { language: 'cel', id: 'USER-A', mode: 'block', message: 'no', expression: 'true' };
  await it.client.request('PUT', '/api/deploy/policy/refused.stage.web/settings', { userRules: [rule] });
  const gate = await stageGate(it, { projectId: 'refused.stage.web', files: natGateway });
  await gatePhase(gate.work());
  await gate.fail(await gatePhase(gate.work()));
  expect(await told('refused.stage.web')).toStrictEqual(Array(2).fill(['policy.denied', 'Rules: USER-A.']));
  expect(web.received.map(({ url }) => url).toSorted()).toStrictEqual(['/refused.', '/refused.stage.']);
});

test('code that the policy refuses before Terraform sees it is told', async () => {
  await listen('exec');
  const iacCode = 'data "external" "a" {\n  program = ["sh"]\n}\n';
  const work = await stageWork(it, 'exec', { iacCode });
  const result = await preflightPhase(work);
  assert.ok(result.kind === 'refused' && result.reason === 'policy_denied');
  await settleJob(work, result);
  expect((await told('exec')).map(([type]) => type)).toStrictEqual(['policy.denied']);
});

test('`_` in a pattern stands for itself', async () => {
  await listen('under_score*', ['job.failed']);
  for (const projectId of ['underXscore', 'under_score-1'])
    await settleJob(await stageWork(it, projectId), {
      ...failedApply,
      outcome: { kind: 'failed', step: 'plan', exitCode: 1, message: 'no' },
    });
  expect(await told('underXscore')).toStrictEqual([]);
  expect(await told('under_score-1')).toStrictEqual([['job.failed', undefined]]);
});
