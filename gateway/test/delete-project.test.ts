import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { sql } from 'kysely';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloCode } from './support.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

/** A project with a cancelled job and, if `resources` is above 0, a state. */
async function makeProject(projectId: string, resources: number): Promise<string> {
  const { jobId } = (await it.admin.post('/api/deploy', { projectId, iacCode: helloCode, message: 'first' }))
    .body;
  await it.admin.request('PUT', `/api/deploy/secrets/${projectId}/variables`, {
    variables: { a: 'swordfish-1' },
  });
  await it.admin.post(`/api/deploy/jobs/${jobId}/cancel`, {});
  const { database, encryption } = it.gateway.context;
  const instances = Array.from({ length: resources }, (_, index) => ({ index_key: index, attributes: {} }));
  const resource = { mode: 'managed', type: 'terraform_data', name: 'a', provider: 'p', instances };
  const state = {
    version: 4,
    terraform_version: '1.11.4',
    serial: 1,
    lineage: 'l',
    outputs: {},
    resources: [resource],
  };
  const raw = Buffer.from(JSON.stringify(state));
  await saveStateVersion(database.query, encryption, { projectId, jobId, raw });
  return jobId;
}

const remove = (projectId: string, query = '') =>
  it.admin.request('DELETE', `/api/deploy/projects/${projectId}${query}`);

test('a project without resources is deleted from every table and folder, but not from the audit log', async () => {
  const jobId = await makeProject('gone', 0);
  await makeProject('stays', 0);
  const answer = await remove('gone');
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  const { query } = it.gateway.context.database;
  const columns = await sql<{ table_name: string; column_name: string }>`
    select table_name, column_name from information_schema.columns
    where table_schema = current_schema() and column_name in ('project_id', 'job_id')`.execute(query);
  expect(columns.rows.length).toBeGreaterThan(10);
  for (const { table_name: table, column_name: column } of columns.rows) {
    const value = column === 'job_id' ? jobId : 'gone';
    const { rows } = await sql`select 1 from ${sql.table(table)} where ${sql.ref(column)} = ${value}`.execute(
      query,
    );
    assert.equal(rows.length, 0, table);
  }
  assert.ok(!existsSync(join(it.directory, 'workspaces', 'gone')));
  expect((await it.admin.get(`/api/deploy/status/${jobId}`)).status).toBe(404);
  expect((await it.admin.get('/api/deploy/history/gone')).status).toBe(404);
  expect((await it.admin.get('/api/deploy/history/stays')).status).toBe(200);
  const audit = await fetch(`${it.url}/api/audit`, { headers: { authorization: `Bearer ${it.adminKey}` } });
  expect(await audit.text()).toMatch(/"action":"deleteProject".*"project":"gone"/);
});

test('a project with resources is deleted only with force, and the answer has the number of resources left', async () => {
  await makeProject('deployed', 3);
  const refused = await remove('deployed');
  expect([refused.status, refused.body.code]).toStrictEqual([409, 'project_deployed']);
  const forced = await remove('deployed', '?force=true');
  expect([forced.status, forced.body.resourcesLeft]).toStrictEqual([200, 3]);
});

test('a project with an unfinished job is not deleted, not even with force', async () => {
  await it.admin.post('/api/deploy', { projectId: 'busy', iacCode: helloCode });
  const answer = await remove('busy', '?force=true');
  expect([answer.status, answer.body.code]).toStrictEqual([409, 'project_busy']);
});

test('a deployer may not delete a project', async () => {
  const { client } = await it.withKey('deployer', ['*']);
  expect((await client.request('DELETE', '/api/deploy/projects/stays')).status).toBe(403);
});

test('a revision’s code is read and downloaded as uploaded, and its message is in the history', async () => {
  const files = { 'main.tf': helloCode, 'a/b.bin': { base64: Buffer.from([0, 255, 1]).toString('base64') } };
  await it.admin.post('/api/deploy', { projectId: 'read', files, message: 'the first try' });
  const { body } = await it.admin.get('/api/deploy/history/read/revisions/1');
  expect(body.files).toStrictEqual(files);
  expect(body.redacted).toBe(false);
  const url = `${it.url}/api/deploy/history/read/revisions/1/archive`;
  const archive = await fetch(url, { headers: { authorization: `Bearer ${it.adminKey}` } });
  const unpacked = unzipSync(new Uint8Array(await archive.arrayBuffer()));
  expect(Object.keys(unpacked).sort()).toStrictEqual(['a/b.bin', 'main.tf']);
  expect(Buffer.from(unpacked['main.tf'] ?? []).toString()).toBe(helloCode);
  const history = (await it.admin.get('/api/deploy/history/read')).body;
  expect(history.revisions[0].jobs[0].message).toBe('the first try');
  expect((await it.admin.get('/api/deploy/history/read/revisions/9')).body.code).toBe('revision_not_found');
});

test('a drift report of a project that was never checked says so', async () => {
  const { body } = await it.admin.get('/api/deploy/drift/read');
  expect([body.status, body.drifted, body.checkedAt]).toStrictEqual(['never_checked', false, null]);
});
