import assert from 'node:assert/strict';
import { jobStatuses } from '@deployment-engine/contracts';
import { listEvents } from '../src/jobs/events/store.ts';
import { findJob } from '../src/jobs/store.ts';
import { transition } from '../src/jobs/transition.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { claimWork, stageWork } from './staged-work.ts';

const digest = 'a'.repeat(64);
let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
afterEach(async () => {
  await query().updateTable('jobs').set({ status: 'cancelled' }).execute();
});
const query = () => it.gateway.context.database.query;
const rowOf = async (jobId: string) => (await findJob(query(), jobId)) ?? assert.fail(jobId);

/** A deploy that waits for approval; its plan was made without a state. */
async function waiting(projectId: string): Promise<{ jobId: string; deployer: GuardedGateway['admin'] }> {
  const { client } = await it.withKey('approver', ['*']);
  const { job, lease } = await stageWork({ ...it, client }, projectId);
  await savePlan(query(), it.gateway.context.encryption, {
    jobId: job.id,
    digest,
    stateSerial: null,
    stateLineage: null,
    json: Buffer.from('{}'),
    file: Buffer.from('x'),
  });
  await transition(query(), { jobId: job.id, lease }, 'awaitApproval', 'waits', { waiting_reason: 'waits' });
  return { jobId: job.id, deployer: client };
}

const approve = (client: GuardedGateway['admin'], jobId: string, planDigest = digest) =>
  client.post(`/api/deploy/jobs/${jobId}/approve`, { planDigest });

test('an approved job is queued with the approved digest, which is also in the audit log and its events', async () => {
  const { jobId } = await waiting('approved');
  const answer = await approve(it.admin, jobId);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  const row = await rowOf(jobId);
  expect([row.status, row.approved_digest]).toStrictEqual(['pending', digest]);
  assert.notEqual(row.waiting_reason, 'waits', 'it waits for no person any more');
  const gate = (await listEvents(query(), jobId, 0)).find(({ body }) => body.type === 'gate')?.body;
  assert.ok(gate?.type === 'gate' && gate.gate === 'approval' && gate.verdict === 'passed');
  const rows = await query().selectFrom('audit_entries').select('entry').execute();
  const entry = rows.map(({ entry: text }) => JSON.parse(text)).find(({ action }) => action === 'approveJob');
  expect([entry?.project, entry?.digest, entry?.outcome]).toStrictEqual(['approved', digest, 'ok']);
});

test('a job’s time limit starts at its first claim, continues over a restart, and restarts after approval', async () => {
  const { jobId } = await waiting('timed');
  const long = new Date(Date.now() - 86_400_000);
  await query()
    .updateTable('jobs')
    .set({ timed_from: long, started_at: long })
    .where('id', '=', jobId)
    .execute();
  await approve(it.admin, jobId);
  const { job, lease } = await claimWork(it);
  expect(job.id).toBe(jobId);
  const { timed_from: from, started_at: started } = await rowOf(jobId);
  assert.ok(from && from.getTime() > Date.now() - 3_600_000, `the wait for approval counts: ${from}`);
  assert.deepEqual(started, long, 'it has started once all the same');
  await query().updateTable('jobs').set({ timed_from: long }).where('id', '=', jobId).execute();
  await transition(query(), { jobId, lease }, 'interrupt', 'its worker is gone');
  await claimWork(it);
  expect((await rowOf(jobId)).timed_from).toStrictEqual(long);
});

test('only a job that waits for approval can be approved, and only once', async () => {
  const { jobId } = await waiting('statuses');
  for (const status of jobStatuses.filter((one) => one !== 'awaiting_approval')) {
    await query().updateTable('jobs').set({ status }).where('id', '=', jobId).execute();
    const { body } = await approve(it.admin, jobId);
    assert.equal(body.code, 'job_not_awaiting_approval', status);
  }
  await query().updateTable('jobs').set({ status: 'awaiting_approval' }).where('id', '=', jobId).execute();
  const answers = await Promise.all(Array.from({ length: 5 }, () => approve(it.admin, jobId)));
  expect(answers.map(({ status }) => status).sort()).toStrictEqual([202, 409, 409, 409, 409]);
});

test('a different plan, a plan of another state and a changed plan cannot be approved', async () => {
  const { encryption } = it.gateway.context;
  const { jobId } = await waiting('refused');
  expect((await approve(it.admin, jobId, 'b'.repeat(64))).body.code).toBe('plan_digest_mismatch');
  const state = { version: 4, serial: 3, lineage: 'l', outputs: {}, resources: [] };
  const raw = Buffer.from(JSON.stringify(state));
  const { id } = await saveStateVersion(query(), encryption, { projectId: 'refused', jobId: 'j', raw });
  expect((await approve(it.admin, jobId)).body.code).toBe('plan_stale');
  await query().deleteFrom('state_versions').where('id', '=', id).execute();
  const { seal } = await query()
    .selectFrom('plans')
    .select('seal')
    .where('job_id', '=', jobId)
    .executeTakeFirstOrThrow();
  await query().updateTable('plans').set({ seal: null }).where('job_id', '=', jobId).execute();
  expect((await approve(it.admin, jobId)).body.code).toBe('plan_seal_broken');
  expect((await rowOf(jobId)).status).toBe('awaiting_approval');
  expect((await rowOf(jobId)).approved_digest).toBe(null);
  await query().updateTable('plans').set({ seal }).where('job_id', '=', jobId).execute();
  expect((await approve(it.admin, jobId)).status).toBe(202);
});

test('callers may approve their own requests only if the operator allows it', async () => {
  const { jobId, deployer } = await waiting('own');
  expect((await approve(deployer, jobId)).body.code).toBe('self_approval');
  const { access } = it.gateway.context.config;
  Object.assign(access, { allowSelfApproval: true });
  try {
    expect((await approve(deployer, jobId)).status).toBe(202);
  } finally {
    Object.assign(access, { allowSelfApproval: false });
  }
});
