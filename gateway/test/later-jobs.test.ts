import assert from 'node:assert/strict';
import { queueRemediation } from '../src/jobs/drift.ts';
import { destroyDueProjects } from '../src/jobs/expiry.ts';
import { runTick } from '../src/jobs/schedules.ts';
import { findJob } from '../src/jobs/store.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloCode } from './support.ts';

const blastRadius = { maxDeletions: 1 };
let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const query = () => it.gateway.context.database.query;

/** A project that was deployed by an approver with limits. */
async function deployedByApprover(projectId: string, more: object = {}) {
  const approver = await it.withKey('approver', ['*'], { blastRadius });
  const { status, body } = await approver.client.post('/api/deploy', {
    projectId,
    iacCode: helloCode,
    ...more,
  });
  assert.equal(status, 202, JSON.stringify(body));
  await query()
    .updateTable('projects')
    .set({ revision: 1, deployment_job_id: body.jobId })
    .where('id', '=', projectId)
    .execute();
  return { approver, jobId: body.jobId as string };
}

/** Checks that a job is attributed to this person, whoever has queued it. */
async function assertAskedBy(approver: { id: string; client: GuardedGateway['admin'] }, jobId: string) {
  const job = await findJob(query(), jobId);
  expect(job?.created_by).toBe(`key:${approver.id}`);
  expect(JSON.parse(job?.blast_radius ?? 'null').maxDeletions).toBe(1);
  await query().updateTable('jobs').set({ status: 'awaiting_approval' }).where('id', '=', jobId).execute();
  const answers = [];
  for (const client of [approver.client, it.admin])
    answers.push(await client.post(`/api/deploy/jobs/${jobId}/approve`, { planDigest: 'a'.repeat(64) }));
  expect(answers.map(({ body }) => body.code)).toStrictEqual(['self_approval', 'plan_digest_mismatch']);
}

test('a caller who deployed with ttlSeconds cannot approve the destroy at its end', async () => {
  const { approver } = await deployedByApprover('brief', { ttlSeconds: 60 });
  await query()
    .updateTable('projects')
    .set({ destroy_at: new Date(Date.now() - 1000) })
    .where('id', '=', 'brief')
    .execute();
  const [destroy = ''] = await destroyDueProjects(it.gateway.context);
  await assertAskedBy(approver, destroy);
});

test('a scheduled drift check and its remediation are attributed to who set the schedule, with their limits', async () => {
  const { approver, jobId } = await deployedByApprover('watched');
  await query().updateTable('jobs').set({ status: 'completed' }).where('id', '=', jobId).execute();
  const schedule = { cron: '0 6 1 1 *', remediate: true };
  const answer = await approver.client.request('PUT', '/api/deploy/drift/watched/schedule', schedule);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  expect(await runTick(it.gateway.context, 'watched', new Date())).toBe(true);
  const check = await query()
    .selectFrom('jobs')
    .selectAll()
    .where('project_id', '=', 'watched')
    .where('type', '=', 'drift')
    .executeTakeFirstOrThrow();
  expect(check.created_by).toBe(`key:${approver.id}`);
  await query()
    .transaction()
    .execute((trx) => queueRemediation(trx, it.gateway.context.audit, check));
  const { remediation_job_id } = (await findJob(query(), check.id)) ?? {};
  await assertAskedBy(approver, remediation_job_id ?? '');
});
