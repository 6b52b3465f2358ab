import { join } from 'node:path';
import { saveStateVersion } from '../../gateway/src/projects/states/store.ts';
import { endAs } from '../../gateway/test/deployed-pipeline.ts';
import { startTestGateway, type TestGateway } from '../../gateway/test/support.ts';
import { cloudRepository } from '../../testing/stacks/cloud-stack.ts';
import { runDeployer } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
  const files = cloudRepository({ 'a/one': { kind: 'SQS' } });
  const { body } = await it.client.post('/api/stacks/cloud/apply', { files, environment: 'staging' });
  await endAs(it.gateway.context, body.pipelineId);
});
afterAll(() => it?.[Symbol.asyncDispose]());

const place = ['--stack', 'cloud', '--environment', 'staging'];
const deployer = (...words: string[]) => runDeployer(it.url, words);

async function saveState(serial: number): Promise<void> {
  const { database, encryption } = it.gateway.context;
  const state = { version: 4, serial, lineage: 'l', outputs: {}, resources: [] };
  const raw = Buffer.from(JSON.stringify(state));
  await saveStateVersion(database.query, encryption, { projectId: 'cloud.staging.a.one', jobId: 'j', raw });
}

test('a snapshot is taken, listed and restored', async () => {
  await saveState(1);
  const taken = (await deployer('state', 'snapshot', ...place, '--message', 'before')).stdout.trim();
  expect(taken).toMatch(/^snapshot-[0-9a-f]{16}$/);
  await saveState(2);
  expect((await deployer('state', 'snapshots', ...place)).stdout).toMatch(
    new RegExp(`^${taken} .* 1 of 1 +before`, 'm'),
  );
  const both = await deployer('state', 'restore', '1', ...place, '--snapshot', taken, '--force');
  expect([both.code, both.stderr]).toStrictEqual([2, expect.stringContaining('give one of a version')]);
  const { stdout } = await deployer('state', 'restore', ...place, '--snapshot', taken, '--force');
  expect(stdout).toMatch(/^a\/one +restored/m);
});

test('a drift schedule is set and turned off', async () => {
  const { stdout } = await deployer('drift', 'schedule', '0 6 * * *', ...place, '--spread-minutes', '5');
  expect(stdout).toBe('cloud staging: 0 6 * * *, spread over 5 minutes\n');
  expect((await deployer('drift', 'schedule', 'off', ...place)).stdout).toBe('cloud staging: off\n');
});

test('a key is made with limits on stacks, which the list shows', async () => {
  const kinds = ['--allowed-kinds', 'SQS, S3', '--max-components', '20'];
  expect((await deployer('keys', 'create', 'team', '--role', 'deployer', ...kinds)).code).toBe(0);
  expect((await deployer('keys', 'list')).stdout).toContain('; stacks: only SQS,S3, at most 20 components');
});

test('a deploy gives the environment a time to live', async () => {
  const notes = join(import.meta.dirname, '../../examples/notes');
  const words = ['--stack', 'notes', '--environment', 'development', '--ttl-seconds', '3600', '--detach'];
  expect(await deployer('deploy', notes, ...words)).toMatchObject({ code: 0 });
  expect(await deployer('deploy', notes, ...words.with(-2, 'none'))).toMatchObject({ code: 0, stderr: '' });
  const rows = await it.gateway.context.database.query
    .selectFrom('pipelines')
    .select('settings')
    .where('stack', '=', 'notes')
    .orderBy('seq')
    .execute();
  const times = rows.map(({ settings }) => JSON.parse(settings).ttlSeconds);
  expect(times).toStrictEqual([3600, null]);
});
