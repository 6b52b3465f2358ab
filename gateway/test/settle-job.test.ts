import assert from 'node:assert/strict';
import type { JobType, Orphan } from '@deployment-engine/contracts';
import { enginePrincipal } from '../src/access/principal.ts';
import { LeaseLostError } from '../src/jobs/lease-lost-error.ts';
import { findJob, insertJob } from '../src/jobs/store.ts';
import type { JobWork, PhaseResult } from '../src/jobs/worker/job-work.ts';
import { settleJob } from '../src/jobs/worker/settle-job.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { claimWork, overtake, stageWork } from './staged-work.ts';
import { startTestGateway, type TestGateway } from './support.ts';

type Result = Exclude<PhaseResult, { kind: 'parked' }>;
const creation = {
  address: 'aws_s3_bucket.a',
  mode: 'managed',
  type: 'aws_s3_bucket',
  name: 'a',
  provider_name: 'p',
  change: { actions: ['create'], before: null, after: { bucket: 'the-bucket' } },
};
const drift = { ...creation, change: { actions: ['update'], before: { a: 1 }, after: { a: 2 } } };

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
const query = () => it.gateway.context.database.query;

/** A claimed deploy job whose plan creates one bucket. */
async function planned(projectId: string, more: Record<string, unknown> = {}): Promise<JobWork> {
  const work = await stageWork(it, projectId, more);
  await givePlan(work, { resource_changes: [creation] });
  return work;
}

async function givePlan(work: JobWork, plan: object): Promise<void> {
  await savePlan(query(), it.gateway.context.encryption, {
    jobId: work.job.id,
    digest: 'd',
    stateSerial: null,
    stateLineage: null,
    json: Buffer.from(JSON.stringify(plan)),
    file: Buffer.from('x'),
  });
}

/** A claimed job of another type, with the revision of the project's earlier deploy. */
async function laterWork(projectId: string, type: JobType, more: object = {}): Promise<JobWork> {
  await insertJob(query(), { projectId, type, revision: 1, createdBy: enginePrincipal, ...more });
  return claimWork(it);
}

const statusOf = async (projectId: string) =>
  (await it.client.get(`/api/deploy/infrastructure/${projectId}`)).body;
const orphansOf = async (projectId: string): Promise<Orphan[]> =>
  (await it.client.get(`/api/deploy/orphans/${projectId}`)).body.orphans;

const ended = (outcome: object): Result => ({ kind: 'run_ended', outcome }) as Result;
const refused = (step: string, reason: string): Result =>
  ({ kind: 'refused', step, reason, message: `because of ${reason}` }) as Result;
const timedOut = (step: string, endedBy: string) => ended({ kind: 'timedOut', step, afterMs: 1000, endedBy });
const cancelled = (step: string, endedBy: string) => ended({ kind: 'cancelled', step, endedBy });
const failed = (step: string) => ended({ kind: 'failed', step, exitCode: 1, message: 'no' });

/** How a job ends, and the reason with which possible objects of its apply are reported; null if there are none. */
const endings: [string, Result, string, string | null][] = [
  [
    'an apply that was killed from outside',
    ended({ kind: 'interrupted', step: 'apply', message: 'is gone' }),
    'failed',
    'is gone',
  ],
  [
    'a cancelled apply that had to be killed',
    cancelled('apply', 'kill'),
    'cancelled',
    'Terraform was killed while it was applying',
  ],
  [
    'an apply killed at its time limit',
    timedOut('apply', 'kill'),
    'failed',
    'Terraform was killed while it was applying',
  ],
  [
    'a cancelled apply',
    cancelled('apply', 'interrupt'),
    'cancelled',
    'Terraform was interrupted while it was applying',
  ],
  [
    'an apply interrupted at its time limit',
    timedOut('apply', 'interrupt'),
    'failed',
    'Terraform was interrupted while it was applying',
  ],
  ['an apply that failed', failed('apply'), 'failed', 'Terraform failed while it was applying'],
  ['an apply whose runner is lost', refused('apply', 'runner_lost'), 'failed', 'because of runner_lost'],
  [
    'an apply that was claimed too often',
    refused('apply', 'restarted_too_often'),
    'failed',
    'because of restarted_too_often',
  ],
  ['a plan whose runner is lost', refused('plan', 'runner_lost'), 'failed', null],
  ['a job claimed too often before its apply', refused('prepare', 'restarted_too_often'), 'failed', null],
  ['a stale plan', refused('apply', 'plan_stale'), 'failed', null],
  ['a plan that failed', failed('plan'), 'failed', null],
  ['a cancelled plan', cancelled('plan', 'kill'), 'cancelled', null],
  [
    'a plan that was killed',
    ended({ kind: 'interrupted', step: 'plan', message: 'is gone' }),
    'failed',
    null,
  ],
  ['a cancel before the start', { kind: 'cancelled' }, 'cancelled', null],
  ['a successful deploy', { kind: 'done' }, 'completed', null],
];
for (const [index, [what, result, status, reason]] of endings.entries())
  test(`${what}: the job is ${status}, and ${reason ? 'possible' : 'no'} objects are reported`, async () => {
    const projectId = `ending-${index}`;
    const work = await planned(projectId);
    await settleJob(work, result);
    expect((await findJob(query(), work.job.id))?.status).toBe(status);
    const expected = reason ? [['aws_s3_bucket.a', 'unresolved', reason, work.job.id]] : [];
    expect(
      (await orphansOf(projectId)).map((one) => [one.address, one.status, one.reason, one.jobId]),
    ).toStrictEqual(expected);
    expect((await statusOf(projectId)).stateUncertain !== null).toBe(reason !== null);
  });

test('a project’s status is set by its last job that changes it', async () => {
  const seen: [string, boolean][] = [];
  const settle = async (work: JobWork, result: Result) => {
    await settleJob(work, result);
    const { deploymentStatus, deploymentJobId } = await statusOf('moves');
    seen.push([deploymentStatus, deploymentJobId === work.job.id]);
  };
  await settle(await stageWork(it, 'moves'), { kind: 'cancelled' });
  await settle(await stageWork(it, 'moves'), { kind: 'done' });
  await settle(await laterWork('moves', 'plan'), failed('plan'));
  await settle(await laterWork('moves', 'drift'), failed('plan'));
  await settle(await laterWork('moves', 'destroy'), cancelled('plan', 'interrupt'));
  await settle(await laterWork('moves', 'destroy'), cancelled('apply', 'interrupt'));
  await settle(await laterWork('moves', 'rollback'), { kind: 'done' });
  await settle(await laterWork('moves', 'rollback'), failed('apply'));
  await settle(await laterWork('moves', 'destroy'), { kind: 'done' });
  expect(seen).toStrictEqual([
    ['not_deployed', true],
    ['deployed', true],
    ['deployed', false],
    ['deployed', false],
    ['deployed', false],
    ['failed', true],
    ['deployed', true],
    ['failed', true],
    ['destroyed', true],
  ]);
});

test('orphans of a failed apply stay unresolved after a success, and a destroy’s status shows them', async () => {
  await settleJob(await planned('left'), failed('apply'));
  await settleJob(await planned('left'), { kind: 'done' });
  expect((await orphansOf('left')).map(({ status }) => status)).toStrictEqual(['unresolved']);
  expect((await statusOf('left')).deploymentStatus).toBe('deployed');
  await settleJob(await laterWork('left', 'destroy'), { kind: 'done' });
  expect((await statusOf('left')).deploymentStatus).toBe('destroyed_with_orphans');
});

const ttl: [string, Result, boolean][] = [
  ['a deploy', { kind: 'done' }, true],
  ['a failed apply', failed('apply'), true],
  ['a cancelled apply', cancelled('apply', 'interrupt'), true],
  ['a failed plan', failed('plan'), false],
  ['a cancel before the start', { kind: 'cancelled' }, false],
];
for (const [index, [what, result, isDue]] of ttl.entries())
  test(`a time to live ${isDue ? 'begins' : 'does not begin'} with ${what}`, async () => {
    const projectId = `ttl-${index}`;
    await settleJob(await stageWork(it, projectId, { ttlSeconds: 600 }), result);
    const { destroyAt } = await statusOf(projectId);
    const left = destroyAt === null ? null : Date.parse(destroyAt) - Date.now();
    assert.ok(isDue ? left !== null && left > 300_000 && left <= 600_000 : left === null, `${destroyAt}`);
  });

test('the date of a destroy is kept until a destroy completes; a deploy without one clears it', async () => {
  const date = async () => (await statusOf('dated')).destroyAt;
  await settleJob(await stageWork(it, 'dated', { ttlSeconds: 600 }), { kind: 'done' });
  const first = await date();
  expect(first).not.toBe(null);
  await settleJob(await laterWork('dated', 'destroy'), failed('apply'));
  assert.equal(await date(), first, 'a destroy that failed is tried again');
  await settleJob(await laterWork('dated', 'plan'), { kind: 'done' });
  expect(await date()).toBe(first);
  await settleJob(await stageWork(it, 'dated'), failed('apply'));
  assert.equal(await date(), first, 'a deploy that failed has not said that it is to stay');
  await settleJob(await stageWork(it, 'dated'), { kind: 'done' });
  expect(await date()).toBe(null);
  await settleJob(await stageWork(it, 'dated', { ttlSeconds: 600 }), { kind: 'done' });
  await settleJob(await laterWork('dated', 'destroy'), { kind: 'done' });
  expect(await date()).toBe(null);
});

test('an overtaken worker cannot end the job, and records nothing about it', async () => {
  const work = await planned('overtaken');
  await overtake(work);
  for (const result of [{ kind: 'done' }, failed('apply'), { kind: 'cancelled' }] as Result[])
    await assert.rejects(settleJob(work, result), LeaseLostError);
  expect((await findJob(query(), work.job.id))?.status).toBe('processing');
  expect(await orphansOf('overtaken')).toStrictEqual([]);
  expect((await statusOf('overtaken')).deploymentStatus).toBe('pending');
});

test('a failed job has step and reason, a cancelled one how it ended, and neither has a waiting reason', async () => {
  const work = await planned('told');
  await query().updateTable('jobs').set({ waiting_reason: 'x' }).where('id', '=', work.job.id).execute();
  await settleJob(work, failed('apply'));
  const row = await findJob(query(), work.job.id);
  const { step, reason } = JSON.parse(row?.error ?? '{}');
  expect([row?.step, step, reason, row?.waiting_reason]).toStrictEqual([
    'apply',
    'apply',
    'terraform_failed',
    null,
  ]);
  const other = await planned('told');
  await settleJob(other, cancelled('apply', 'kill'));
  const ending = await findJob(query(), other.job.id);
  expect([ending?.step, ending?.ended_by, ending?.error]).toStrictEqual(['apply', 'kill', null]);
  const early = await planned('told');
  await settleJob(early, { kind: 'cancelled' });
  expect((await findJob(query(), early.job.id))?.ended_by).toBe('none');
});

test('a completed job and its project have the newest state’s outputs, with sensitive ones redacted', async () => {
  const work = await stageWork(it, 'outputs');
  const outputs = { url: { value: 'http://x' }, key: { value: 'the-key', sensitive: true } };
  const state = { version: 4, terraform_version: '1.11.4', serial: 1, lineage: 'l', outputs, resources: [] };
  const raw = Buffer.from(JSON.stringify(state));
  const { encryption } = it.gateway.context;
  await saveStateVersion(query(), encryption, { projectId: 'outputs', jobId: work.job.id, raw });
  await settleJob(work, { kind: 'done' });
  const row = await findJob(query(), work.job.id);
  expect(JSON.parse(row?.result ?? '{}').message).toBe('Infrastructure deployed successfully');
  const { deploymentOutputs } = await statusOf('outputs');
  for (const text of [row?.result ?? '', JSON.stringify(deploymentOutputs)]) {
    expect(text).toMatch(/http:\/\/x/);
    expect(text).not.toMatch(/the-key/);
  }
});

test('the audit log has the end of each job', async () => {
  const work = await planned('logged');
  await settleJob(work, cancelled('apply', 'interrupt'));
  const rows = await query().selectFrom('audit_entries').select('entry').execute();
  const entries = rows.map(({ entry }) => JSON.parse(entry)).filter(({ job }) => job === work.job.id);
  const { action, detail, project } = entries.find((entry) => entry.action === 'endJob') ?? {};
  expect([action, project]).toStrictEqual(['endJob', 'logged']);
  expect([detail.type, detail.status, detail.endedBy]).toStrictEqual(['deploy', 'cancelled', 'interrupt']);
});

const remediations: [string, object, object, Result, boolean][] = [
  ['found drift and remediates it', { remediate: true }, { resource_drift: [drift] }, { kind: 'done' }, true],
  ['found drift', {}, { resource_drift: [drift] }, { kind: 'done' }, false],
  ['found none', { remediate: true }, { resource_drift: [] }, { kind: 'done' }, false],
  ['failed', { remediate: true }, { resource_drift: [drift] }, failed('plan'), false],
];
for (const [index, [what, more, plan, result, isQueued]] of remediations.entries())
  test(`a drift check that ${what} queues ${isQueued ? 'a deploy' : 'nothing'}`, async () => {
    const projectId = `drift-${index}`;
    await settleJob(await stageWork(it, projectId), { kind: 'done' });
    const work = await laterWork(projectId, 'drift', more);
    await givePlan(work, plan);
    await settleJob(work, result);
    const row = await findJob(query(), work.job.id);
    expect(row?.remediation_job_id !== null).toBe(isQueued);
    const { jobs } = (await it.client.get(`/api/deploy/jobs?projectId=${projectId}`)).body;
    expect(jobs.length).toBe(isQueued ? 3 : 2);
    await query().updateTable('jobs').set({ status: 'cancelled' }).where('status', '=', 'pending').execute();
  });
