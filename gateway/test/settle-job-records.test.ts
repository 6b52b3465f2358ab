import assert from 'node:assert/strict';
import type { JobType, Orphan } from '@deployment-engine/contracts';
import { enginePrincipal } from '../src/access/principal.ts';
import { listEvents } from '../src/jobs/events/store.ts';
import { insertJob } from '../src/jobs/store.ts';
import type { JobWork, PhaseResult } from '../src/jobs/worker/job-work.ts';
import { settleJob } from '../src/jobs/worker/settle-job.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { claimWork, stageWork } from './staged-work.ts';
import { startTestGateway, type TestGateway } from './support.ts';

type Result = Exclude<PhaseResult, { kind: 'parked' }>;
const bucket = { mode: 'managed', type: 'aws_s3_bucket', name: 'a' } as const;
const creation = {
  ...{ ...bucket, address: 'aws_s3_bucket.a', provider_name: 'p' },
  change: { actions: ['create'], before: null, after: { bucket: 'the-bucket' } },
};
const failed = (step: string, message = 'no') =>
  ({ kind: 'run_ended', outcome: { kind: 'failed', step, exitCode: 1, message } }) as Result;

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
const query = () => it.gateway.context.database.query;

async function givePlan(work: JobWork, plan: object): Promise<void> {
  await savePlan(query(), it.gateway.context.encryption, {
    ...{ jobId: work.job.id, digest: 'd', stateSerial: null, stateLineage: null },
    json: Buffer.from(JSON.stringify(plan)),
    file: Buffer.from('x'),
  });
}

/** Stores a state for the job, as its run would. */
async function giveState({ job }: JobWork, more: object): Promise<void> {
  const state = { version: 4, terraform_version: '1.11.4', serial: 1, lineage: 'l', ...more };
  const raw = Buffer.from(JSON.stringify({ outputs: {}, resources: [], ...state }));
  const version = { projectId: job.project_id, jobId: job.id, raw };
  await saveStateVersion(query(), it.gateway.context.encryption, version);
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

test('a job’s stored result has no secrets, even if Terraform does not mark them as sensitive', async () => {
  const variables = { word: 'Tr0ub4dor-and-3' };
  await it.client.request('PUT', '/api/deploy/secrets/secretive/variables', { variables });
  const request = { iacCode: 'variable "word" {}' };
  const work = await stageWork(it, 'secretive', request);
  await giveState(work, { outputs: { shown: { value: `it is ${variables.word}` } } });
  await settleJob(work, { kind: 'done' });
  const other = await stageWork(it, 'secretive', request);
  await settleJob(other, failed('plan', `no ${variables.word}`));
  const jobs = await query().selectFrom('jobs').selectAll().where('project_id', '=', 'secretive').execute();
  const projects = await query().selectFrom('projects').selectAll().where('id', '=', 'secretive').execute();
  const events = await listEvents(query(), other.job.id, 0);
  const stored = JSON.stringify([jobs, projects, events]);
  expect(stored).toMatch(/it is \(redacted\)/);
  expect(stored).toMatch(/no \(redacted\)/);
  expect(stored).not.toContain(variables.word);
});

test('an orphan whose object is in the job’s state is settled when the job ends', async () => {
  const lost = await stageWork(it, 'adopted');
  await givePlan(lost, { resource_changes: [creation] });
  await settleJob(lost, failed('apply'));
  const { id } = (await orphansOf('adopted'))[0] ?? assert.fail();
  await query().updateTable('orphans').set({ object_id: 'the-bucket' }).where('id', '=', id).execute();
  const work = await stageWork(it, 'adopted');
  const instances = [{ attributes: { id: 'the-bucket' } }];
  await giveState(work, { resources: [{ ...bucket, provider: 'p', instances }] });
  await settleJob(work, { kind: 'done' });
  expect((await orphansOf('adopted'))[0]?.status).toBe('adopted');
});

test('a deletion of orphans does not change the project’s deployment', async () => {
  await settleJob(await stageWork(it, 'kept', { ttlSeconds: 600 }), { kind: 'done' });
  const before = await statusOf('kept');
  for (const result of [{ kind: 'done' }, failed('apply')] as Result[]) {
    const work = await laterWork('kept', 'destroy', { orphanIds: ['orphan-1'] });
    await givePlan(work, { resource_changes: [] });
    await settleJob(work, result);
    const { deploymentStatus, deploymentJobId, destroyAt } = await statusOf('kept');
    const { deploymentStatus: status, deploymentJobId: jobId, destroyAt: date } = before;
    expect([deploymentStatus, deploymentJobId, destroyAt]).toStrictEqual([status, jobId, date]);
  }
});

test('a project’s costs are in its history after a job that changes it has completed', async () => {
  const costs = () =>
    query().selectFrom('cost_history').select('job_id').where('project_id', '=', 'costly').execute();
  const work = await stageWork(it, 'costly');
  await settleJob(work, { kind: 'done' });
  await settleJob(await stageWork(it, 'costly'), failed('apply'));
  await settleJob(await laterWork('costly', 'plan'), { kind: 'done' });
  expect(await costs()).toStrictEqual([{ job_id: work.job.id }]);
});
