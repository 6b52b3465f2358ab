import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { enginePrincipal } from '../src/access/principal.ts';
import { destroyDueProjects } from '../src/jobs/expiry.ts';
import { resealOld } from '../src/jobs/housekeeping/reseal.ts';
import { pruneOld } from '../src/jobs/housekeeping/retention.ts';
import { runTick } from '../src/jobs/schedules.ts';
import { insertJob } from '../src/jobs/store.ts';
import { readTerraformLogs, saveTerraformLog } from '../src/jobs/terraform-logs/store.ts';
import { savePlan } from '../src/projects/plans/store.ts';
import { prepareRevision, saveRevision } from '../src/projects/revisions/store.ts';
import {
  listStateVersions,
  newestStateVersion,
  readStateContent,
  saveStateVersion,
} from '../src/projects/states/store.ts';
import { ensureProject } from '../src/projects/store.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { helloCode, onEachGateway, type TestGateway } from './support.ts';

const state = (serial: number) =>
  Buffer.from(
    JSON.stringify({
      version: 4,
      terraform_version: '1.11.4',
      serial,
      lineage: 'l',
      outputs: {},
      resources: [],
    }),
  );

async function deployedProject(it: TestGateway, projectId: string): Promise<void> {
  const { encryption, database } = it.gateway.context;
  const { query } = database;
  await ensureProject(query, projectId);
  await saveRevision(query, encryption, projectId, await prepareRevision({ 'main.tf': helloCode }, {}));
  await query.updateTable('projects').set({ revision: 1 }).where('id', '=', projectId).execute();
}

const jobsOf = async (it: TestGateway, projectId: string) =>
  (await it.client.get(`/api/deploy/jobs?projectId=${projectId}`)).body.jobs;

onEachGateway((it) => {
  test('a due project is destroyed once, even with several gateways', async () => {
    const { context } = it().gateway;
    await deployedProject(it(), 'due');
    await context.database.query
      .updateTable('projects')
      .set({ destroy_at: new Date(Date.now() - 1000) })
      .where('id', '=', 'due')
      .execute();
    await Promise.all(Array.from({ length: 10 }, () => destroyDueProjects(context)));
    const jobs = await jobsOf(it(), 'due');
    expect(jobs.map((job: { type: string }) => job.type)).toStrictEqual(['destroy']);
  });

  test('one tick of a schedule queues one drift check, even with several gateways', async () => {
    const { context } = it().gateway;
    await deployedProject(it(), 'ticked');
    const at = new Date();
    const first = await Promise.all(Array.from({ length: 10 }, () => runTick(context, 'ticked', at)));
    expect(first.filter(Boolean).length).toBe(1);
    const later = (minutes: number) => new Date(at.getTime() + minutes * 60_000);
    assert.equal(await runTick(context, 'ticked', later(1)), false, 'the check before is not done yet');
    const [job] = await jobsOf(it(), 'ticked');
    await it().client.post(`/api/deploy/jobs/${job.jobId}/cancel`, {});
    expect(await runTick(context, 'ticked', later(2))).toBe(true);
    expect((await jobsOf(it(), 'ticked')).length).toBe(2);
  });

  test('old events and state versions are pruned, but never the newest state', async () => {
    const { context } = it().gateway;
    const { query } = context.database;
    await deployedProject(it(), 'old');
    const job = await insertJob(query, {
      projectId: 'old',
      type: 'deploy',
      revision: 1,
      createdBy: enginePrincipal,
    });
    for (const serial of [1, 2, 3, 4, 5])
      await saveStateVersion(query, context.encryption, {
        projectId: 'old',
        jobId: job.id,
        raw: state(serial),
      });
    const limits = {
      ...context,
      config: { ...context.config, stateVersionsKept: 3, eventRetentionDays: 30 },
    };
    expect((await pruneOld(limits)).stateVersions).toBe(2);
    expect(
      (await listStateVersions(query, 'old', { limit: 9 })).map((version) => version.serial),
    ).toStrictEqual([5, 4, 3]);

    const longAgo = new Date(Date.now() - 40 * 86_400_000);
    await query
      .updateTable('jobs')
      .set({ finished_at: longAgo, status: 'completed' })
      .where('id', '=', job.id)
      .execute();
    await query
      .updateTable('state_versions')
      .set({ created_at: longAgo })
      .where('project_id', '=', 'old')
      .execute();
    const removed = await pruneOld({ ...limits, config: { ...limits.config, stateRetentionDays: 30 } });
    expect(removed.events).toBeGreaterThanOrEqual(1);
    expect((await newestStateVersion(query, 'old'))?.serial).toBe(5);
    expect((await listStateVersions(query, 'old', { limit: 9 })).length).toBe(1);
  });

  test('after pruning, an ended job’s event stream answers 204, and the drift report is still there', async () => {
    const { context } = it().gateway;
    const { query } = context.database;
    await deployedProject(it(), 'aged');
    const ids: string[] = [];
    for (const plan of ['earlier', 'newest']) {
      const { id } = await insertJob(query, {
        projectId: 'aged',
        type: 'drift',
        revision: 1,
        createdBy: enginePrincipal,
      });
      await savePlan(query, context.encryption, {
        jobId: id,
        digest: plan,
        stateSerial: 1,
        stateLineage: 'l',
        json: Buffer.from('{}'),
        file: Buffer.from(plan),
      });
      ids.push(id);
    }
    const finished_at = new Date(Date.now() - 40 * 86_400_000);
    await query
      .updateTable('jobs')
      .set({ finished_at, status: 'completed' })
      .where('id', 'in', ids)
      .execute();
    await pruneOld({ ...context, config: { ...context.config, eventRetentionDays: 30 } });

    const report = await it().client.get('/api/deploy/drift/aged');
    expect(report.status).toBe(200);
    expect(report.body.jobId).toBe(ids[1]);
    expect((await it().client.get(`/api/deploy/jobs/${ids[0]}/plan`)).status).toBe(404);
    expect((await it().client.get(`/api/deploy/jobs/${ids[1]}/events`)).status).toBe(204);
  });

  test('a HEAD request for a stream of events ends at once', async () => {
    const { body } = await it().client.post('/api/deploy', { projectId: 'headed', iacCode: helloCode });
    const answer = await it().client.request('HEAD', `/api/deploy/jobs/${body.jobId}/events`);
    expect(answer.status).toBe(200);
    expect(await it().gateway.context.metrics.registry.metrics()).toMatch(/sse_listeners 0/);
  });

  test('after a change of key, everything is sealed again and opens without the earlier key', async () => {
    const { context } = it().gateway;
    const { query } = context.database;
    await it().client.post('/api/deploy', {
      projectId: 'sealed',
      iacCode: 'output "a" { value = 1 }',
      variables: { word: 'swordfish' },
    });
    const version = await saveStateVersion(query, context.encryption, {
      projectId: 'sealed',
      jobId: 'j',
      raw: state(7),
    });
    const { id: jobId } = await query
      .selectFrom('jobs')
      .select('id')
      .where('project_id', '=', 'sealed')
      .executeTakeFirstOrThrow();
    await saveTerraformLog(query, context.encryption, { jobId, runnerUrl: 'r', text: 'said' });
    const { content } = await query
      .selectFrom('state_versions')
      .select('content')
      .where('id', '=', version.id)
      .executeTakeFirstOrThrow();
    assert.ok(!Buffer.from(content).includes('terraform_version'));
    await expect(readStateContent(query, createEncryption(randomBytes(32)), version)).rejects.toThrow(
      /sealed with the unknown key [0-9a-f]{8}; /,
    );

    const earlier = await earlierKey(it());
    const key = randomBytes(32);
    const config = { ...context.config, previousEncryptionKeys: [earlier.toString('hex')] };
    await resealOld({ ...context, config, encryption: createEncryption(key, [earlier]) });
    const opened = await readStateContent(query, createEncryption(key), version);
    expect(opened).toStrictEqual(state(7));
    expect(await readTerraformLogs(query, createEncryption(key), jobId)).toStrictEqual(['said']);
    await resealOld({
      ...context,
      config: { ...config, previousEncryptionKeys: [key.toString('hex')] },
      encryption: createEncryption(earlier, [key]),
    });
  });
});

async function earlierKey(it: TestGateway): Promise<Buffer> {
  const { loadEncryptionKey } = await import('../src/server/encryption.ts');
  return loadEncryptionKey(it.gateway.context.config.dataDir, undefined);
}
