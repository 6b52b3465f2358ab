import type { JobStatus, JobType } from '@deployment-engine/contracts';
import { enginePrincipal } from '../src/access/principal.ts';
import { pruneOld } from '../src/jobs/housekeeping/retention.ts';
import { insertJob } from '../src/jobs/store.ts';
import { readTerraformLogs, saveTerraformLog } from '../src/jobs/terraform-logs/store.ts';
import { findPlan, savePlan } from '../src/projects/plans/store.ts';
import { listStateVersions, saveStateVersion } from '../src/projects/states/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { startTestGateway, type TestGateway } from './support.ts';

const dayMs = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * dayMs);
let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());
const query = () => it.gateway.context.database.query;

const prune = (limits: object = {}) => {
  const { context } = it.gateway;
  const kept = { eventRetentionDays: 30, stateVersionsKept: 100, stateRetentionDays: 365, ...limits };
  return pruneOld({ ...context, config: { ...context.config, ...kept } });
};

/** A job with a plan, a policy report and a start event; `days` since it ended, or null if it has not. */
async function addJob(projectId: string, type: JobType, status: JobStatus, days: number | null) {
  await ensureProject(query(), projectId);
  const { id } = await insertJob(query(), { projectId, type, revision: 1, createdBy: enginePrincipal });
  await savePlan(query(), it.gateway.context.encryption, {
    jobId: id,
    digest: id,
    stateSerial: 1,
    stateLineage: 'l',
    json: Buffer.from('{}'),
    file: Buffer.from('x'),
  });
  await saveTerraformLog(query(), it.gateway.context.encryption, { jobId: id, runnerUrl: 'r', text: 'x' });
  await query().insertInto('policy_reports').values({ job_id: id, plan: '{}' }).execute();
  const finished_at = days === null ? null : daysAgo(days);
  await query().updateTable('jobs').set({ status, finished_at }).where('id', '=', id).execute();
  return id;
}

const has = async (jobId: string) => {
  const [plan, report, event, logs] = await Promise.all([
    findPlan(query(), jobId),
    query().selectFrom('policy_reports').select('job_id').where('job_id', '=', jobId).executeTakeFirst(),
    query().selectFrom('job_events').select('job_id').where('job_id', '=', jobId).executeTakeFirst(),
    readTerraformLogs(query(), it.gateway.context.encryption, jobId),
  ]);
  return {
    plan: plan !== undefined,
    report: report !== undefined,
    events: event !== undefined,
    log: logs.length > 0,
  };
};
const all = { plan: true, report: true, events: true, log: true };
const nothing = { plan: false, report: false, events: false, log: false };

test('events, plans, reports and Terraform’s own logs are pruned by the age of their job’s end, no earlier', async () => {
  const old = await addJob('ages', 'deploy', 'completed', 31);
  const recent = await addJob('ages', 'deploy', 'completed', 29);
  const unfinished = await addJob('ages', 'deploy', 'awaiting_approval', null);
  await query()
    .updateTable('jobs')
    .set({ created_at: daysAgo(99) })
    .where('id', '=', unfinished)
    .execute();
  const removed = await prune();
  expect([removed.plans, removed.events]).toStrictEqual([1, 1]);
  expect(await has(old)).toStrictEqual(nothing);
  expect(await has(recent)).toStrictEqual(all);
  expect(await has(unfinished)).toStrictEqual(all);
});

test('the plan of each project’s newest completed drift check is kept: it is the drift report', async () => {
  const earlier = await addJob('drifts', 'drift', 'completed', 60);
  const newest = await addJob('drifts', 'drift', 'completed', 50);
  const failed = await addJob('drifts', 'drift', 'failed', 45);
  const cancelled = await addJob('drifts', 'drift', 'cancelled', 45);
  const later = await addJob('drifts', 'plan', 'completed', 40);
  const other = await addJob('other', 'drift', 'completed', 90);
  await prune();
  const plans = [];
  for (const id of [earlier, newest, failed, cancelled, later, other]) plans.push((await has(id)).plan);
  expect(plans).toStrictEqual([false, true, false, false, false, true]);
  expect(await has(newest)).toStrictEqual({ ...nothing, plan: true });
  for (const [projectId, jobId] of [
    ['drifts', newest],
    ['other', other],
  ] as const)
    expect((await it.client.get(`/api/deploy/drift/${projectId}`)).body.jobId).toBe(jobId);
});

async function saveStates(projectId: string, ages: number[]): Promise<void> {
  await ensureProject(query(), projectId);
  for (const [index, days] of ages.entries()) {
    const state = { version: 4, serial: index + 1, lineage: 'l', outputs: {}, resources: [] };
    const raw = Buffer.from(JSON.stringify(state));
    const { encryption } = it.gateway.context;
    const { id } = await saveStateVersion(query(), encryption, { projectId, jobId: 'j', raw });
    await query()
      .updateTable('state_versions')
      .set({ created_at: daysAgo(days) })
      .where('id', '=', id)
      .execute();
  }
}
const serials = async (projectId: string) =>
  (await listStateVersions(query(), projectId, { limit: 99 })).map(({ serial }) => serial);

test('state versions are pruned by number and age, per project, but never the newest', async () => {
  await saveStates('many', [4, 3, 2, 1]);
  await saveStates('few', [4, 3]);
  await saveStates('aged', [40, 35, 1]);
  await saveStates('abandoned', [400, 390]);
  const removed = await prune({ stateVersionsKept: 3, stateRetentionDays: 30 });
  expect(removed.stateVersions).toBe(4);
  expect(await serials('many')).toStrictEqual([4, 3, 2]);
  expect(await serials('few')).toStrictEqual([2, 1]);
  expect(await serials('aged')).toStrictEqual([3]);
  expect(await serials('abandoned')).toStrictEqual([2]);
  await prune({ stateVersionsKept: 1, stateRetentionDays: 0 });
  for (const [projectId, serial] of [
    ['many', 4],
    ['abandoned', 2],
  ] as const)
    expect(await serials(projectId)).toStrictEqual([serial]);
});

test('idempotency keys and ticks of schedules are kept for a week', async () => {
  for (const [name, days] of [
    ['old', 8],
    ['new', 6],
  ] as const) {
    await query()
      .insertInto('idempotency_keys')
      .values({ caller: 'c', key: name, operation: 'deploy', body_sha256: 'x', created_at: daysAgo(days) })
      .execute();
    await ensureProject(query(), `tick-${name}`);
    await query()
      .insertInto('schedule_ticks')
      .values({ project_id: `tick-${name}`, tick: daysAgo(days) })
      .execute();
  }
  await prune();
  const keys = await query().selectFrom('idempotency_keys').select('key').execute();
  expect(keys).toStrictEqual([{ key: 'new' }]);
  const ticks = await query().selectFrom('schedule_ticks').select('project_id').execute();
  expect(ticks).toStrictEqual([{ project_id: 'tick-new' }]);
});

test('plans and checks are removed with the age of states; deploys stay, and so does what something kept names', async () => {
  const add = async (projectId: string, type: JobType, days: number, status: JobStatus = 'completed') => {
    const id = await addJob(projectId, type, status, days);
    await query().deleteFrom('terraform_logs').where('job_id', '=', id).execute();
    return id;
  };
  const gone = [
    await add('checks', 'plan', 401),
    await add('checks', 'plan', 401, 'failed'),
    await add('checks', 'drift', 401),
    await add('checks', 'drift', 401, 'cancelled'),
  ];
  const kept = {
    deploy: await add('checks', 'deploy', 401),
    destroy: await add('checks', 'destroy', 401),
    rollback: await add('checks', 'rollback', 401, 'failed'),
    recent: await add('checks', 'plan', 399),
    unfinished: await addJob('checks', 'plan', 'pending', null),
    logged: await addJob('checks', 'plan', 'completed', 401),
    last: await add('checks', 'plan', 401),
    priced: await add('checks', 'plan', 401),
    ofState: await add('checks', 'plan', 401),
    remediated: await add('checks', 'drift', 401),
    lost: await add('checks', 'plan', 401),
    ofPipeline: await add('checks', 'plan', 401),
    checkOfPipeline: await add('checks', 'drift', 401),
    report: await add('checks', 'drift', 401),
  };
  await query().updateTable('projects').set({ last_job_id: kept.last }).where('id', '=', 'checks').execute();
  const { encryption } = it.gateway.context;
  const costs = { project_id: 'checks', job_id: kept.priced, total: 1, categories: '{}', currency: 'USD' };
  await query()
    .insertInto('cost_history')
    .values({ ...costs, price_book_as_of: '2024-01-01' })
    .execute();
  const raw = Buffer.from('{"version":4,"serial":1,"lineage":"l","outputs":{},"resources":[]}');
  await saveStateVersion(query(), encryption, { projectId: 'checks', jobId: kept.ofState, raw });
  await query()
    .updateTable('jobs')
    .set({ remediation_job_id: kept.deploy })
    .where('id', '=', kept.remediated)
    .execute();
  const run = { run_id: 'r', job_id: kept.lost, project_id: 'checks', runner_url: 'u' };
  await query().insertInto('unsettled_runs').values(run).execute();
  await pipelineWith(kept.ofPipeline, kept.checkOfPipeline);
  const removed = await prune({ eventRetentionDays: 500, stateRetentionDays: 400 });
  expect(removed.checks).toBe(gone.length);
  const left = await query().selectFrom('jobs').select('id').where('project_id', '=', 'checks').execute();
  expect(left.map(({ id }) => id).toSorted()).toStrictEqual(Object.values(kept).toSorted());
  for (const id of gone) expect(await has(id)).toStrictEqual(nothing);
  expect(await has(kept.recent)).toMatchObject({ plan: true, events: true });
});

test('no check is removed while a repeated request may still be answered with it', async () => {
  const young = await addJob('young', 'plan', 'completed', 6);
  await query().deleteFrom('terraform_logs').where('job_id', '=', young).execute();
  await prune({ stateRetentionDays: 0 });
  expect(await query().selectFrom('jobs').select('id').where('id', '=', young).execute()).toHaveLength(1);
});

/** Stores a pipeline that was planned with one job and did its work with another. */
async function pipelineWith(planJobId: string, jobId: string): Promise<void> {
  const id = 'pipeline-1704067200000-abcd1234';
  await query()
    .insertInto('pipelines')
    .values({
      ...{ id, stack: 's', environment: 'e', type: 'apply', status: 'completed', settings: '{}' },
      ...{ content: Buffer.from(''), created_by: 'c', finished_at: daysAgo(1) },
    })
    .execute();
  await query()
    .insertInto('pipeline_tasks')
    .values({
      ...{ pipeline_id: id, no: 0, component: 'a/b', project_id: 'checks', wave: 1, needs: '[]' },
      ...{ action: 'deploy', status: 'succeeded', content: Buffer.from('') },
      ...{ plan_job_id: planJobId, job_id: jobId },
    })
    .execute();
}
