import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
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
  test('a due project is destroyed once, however many gateways look', async () => {
    const { context } = it().gateway;
    await deployedProject(it(), 'due');
    await context.database.query
      .updateTable('projects')
      .set({ destroy_at: new Date(Date.now() - 1000) })
      .where('id', '=', 'due')
      .execute();
    await Promise.all(Array.from({ length: 10 }, () => destroyDueProjects(context)));
    const jobs = await jobsOf(it(), 'due');
    assert.deepEqual(
      jobs.map((job: { type: string }) => job.type),
      ['destroy'],
    );
  });

  test('one tick of a schedule queues one drift check, whichever gateway is first', async () => {
    const { context } = it().gateway;
    await deployedProject(it(), 'ticked');
    const at = new Date();
    const first = await Promise.all(Array.from({ length: 10 }, () => runTick(context, 'ticked', at)));
    assert.equal(first.filter(Boolean).length, 1);
    const later = (minutes: number) => new Date(at.getTime() + minutes * 60_000);
    assert.equal(await runTick(context, 'ticked', later(1)), false, 'the check before is not done yet');
    const [job] = await jobsOf(it(), 'ticked');
    await it().client.post(`/api/deploy/jobs/${job.jobId}/cancel`, {});
    assert.equal(await runTick(context, 'ticked', later(2)), true);
    assert.equal((await jobsOf(it(), 'ticked')).length, 2);
  });

  test('retention removes old events and state versions, never the newest state', async () => {
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
    assert.equal((await pruneOld(limits)).stateVersions, 2);
    assert.deepEqual(
      (await listStateVersions(query, 'old', { limit: 9 })).map((version) => version.serial),
      [5, 4, 3],
    );

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
    assert.ok(removed.events >= 1);
    assert.equal((await newestStateVersion(query, 'old'))?.serial, 5);
    assert.equal((await listStateVersions(query, 'old', { limit: 9 })).length, 1);
  });

  test('what retention leaves of an ended job still answers: the stream ends, the drift report stays', async () => {
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
    assert.equal(report.status, 200);
    assert.equal(report.body.jobId, ids[1]);
    assert.equal((await it().client.get(`/api/deploy/jobs/${ids[0]}/plan`)).status, 404);
    assert.equal((await it().client.get(`/api/deploy/jobs/${ids[1]}/events`)).status, 204);
  });

  test('a HEAD request for a stream of events ends at once', async () => {
    const { body } = await it().client.post('/api/deploy', { projectId: 'headed', iacCode: helloCode });
    const answer = await it().client.request('HEAD', `/api/deploy/jobs/${body.jobId}/events`);
    assert.equal(answer.status, 200);
    assert.match(await it().gateway.context.metrics.registry.metrics(), /sse_listeners 0/);
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
    await assert.rejects(
      readStateContent(query, createEncryption(randomBytes(32)), version),
      /sealed with key [0-9a-f]{8}, which is not known/,
    );

    const earlier = await earlierKey(it());
    const key = randomBytes(32);
    const config = { ...context.config, previousEncryptionKeys: [earlier.toString('hex')] };
    await resealOld({ ...context, config, encryption: createEncryption(key, [earlier]) });
    const opened = await readStateContent(query, createEncryption(key), version);
    assert.deepEqual(opened, state(7));
    assert.deepEqual(await readTerraformLogs(query, createEncryption(key), jobId), ['said']);
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
