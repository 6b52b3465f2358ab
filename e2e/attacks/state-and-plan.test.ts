import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveStateVersion } from '../../gateway/src/projects/states/store.ts';
import { openDatabase } from '../../gateway/src/server/database/open.ts';
import { createEncryption } from '../../gateway/src/server/encryption.ts';
import { testUnless } from '../../scripts/jest/unless.ts';
import { createClient } from '../../testing/client.ts';
import { providerMirror, skipWithoutAws } from '../../testing/local-aws.ts';
import { type Postgres, skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { bareTerraform } from './support/bare-terraform.ts';
import { type Controls, Stage } from './support/stage.ts';
import { Trap } from './support/trap.ts';

const platform = `${process.platform}_${process.arch === 'x64' ? 'amd64' : process.arch}`;
const [withoutPostgres, withoutAws] = [skipWithoutPostgres(), skipWithoutAws()];
const on = { preflight: true, sandbox: true };
const off = { preflight: false, sandbox: false };

/** Plants a program in place of a provider; it writes the mark and exits. */
async function plantProvider(root: string, name: string, version: string, mark: string): Promise<void> {
  const path = join(root, `registry.terraform.io/hashicorp/${name}/${version}/${platform}`);
  await mkdir(path, { recursive: true });
  const program = join(path, `terraform-provider-${name}_v${version}`);
  await writeFile(program, `#!/bin/sh\necho ran > ${mark}\nexit 1\n`, { mode: 0o755 });
}

describe('state and plan as a way in', () => {
  let trap: Trap;
  let server: Postgres | undefined;
  let cache: string;
  let cacheEnv: Record<string, string>;
  /** Its services have the plug-in cache in their environment, and runs must not see it. */
  let stage: Stage;
  beforeAll(async () => {
    trap = await Trap.set();
    if (!withoutPostgres) server = await startPostgres();
    cache = await mkdtemp(join(tmpdir(), 'cache-'));
    cacheEnv = { TF_PLUGIN_CACHE_DIR: cache, TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: '1' };
    stage = await Stage.open({ aws: !withoutAws, env: cacheEnv });
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
    await server?.stop();
    await trap?.[Symbol.asyncDispose]();
    await rm(cache, { recursive: true, force: true });
  });
  const createDatabase = (name: string) => server?.createDatabase(name) ?? assert.fail('no PostgreSQL');

  testUnless(withoutPostgres)('row 6: a state that names a foreign provider', async () => {
    const mirror = await mkdtemp(join(tmpdir(), 'mirror-'));
    await plantProvider(mirror, 'evil', '1.0.0', trap.mark);
    const key = 'ab'.repeat(32);
    const code = { 'main.tf': 'output "a" {\n  value = 1\n}\n' };
    const deployWithForeignState = async (controls: Controls, database: string) => {
      await trap.reset();
      const url = await createDatabase(database);
      const env = { DATABASE_URL: url, STATE_ENCRYPTION_KEY: key, TERRAFORM_PROVIDER_MIRROR: mirror };
      await using stage = await Stage.open({ env });
      await stage.deploy(controls, code, { projectId: 'poisoned' });
      await storeState(url, key, 'poisoned', foreignState());
      return (await stage.deploy(controls, code, { projectId: 'poisoned' })).job;
    };
    try {
      const uncontrolled = await deployWithForeignState(off, 'uncontrolled');
      assert.ok(trap.isMarked(), `the attack does not work by itself: ${uncontrolled.error}`);
      const job = await deployWithForeignState(on, 'controlled');
      assert.ok(!trap.isMarked());
      expect(job.failure?.reason).toBe('policy_denied');
      expect(job.error ?? '').toMatch(/hashicorp\/evil/);
    } finally {
      await rm(mirror, { recursive: true });
    }
  });

  testUnless(withoutAws)('row 7: a poisoned plug-in cache', async () => {
    const versions = await readdir(join(providerMirror() ?? '', 'registry.terraform.io/hashicorp/aws'));
    await plantProvider(cache, 'aws', versions[0] ?? '', trap.mark);
    const files = { 'main.tf': 'provider "aws" {\n  region = "us-east-1"\n}\ndata "aws_region" "r" {}\n' };
    await bareTerraform(files, { env: cacheEnv });
    assert.ok(trap.isMarked(), 'the attack does not work by itself');
    await trap.reset();
    const { job } = await stage.deploy(on, files);
    assert.equal(job.status, 'completed', job.error);
    assert.ok(!trap.isMarked());
  });

  test('row 16: the state file becomes a link to the state of somebody else', async () => {
    const files = {
      'main.tf': `resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "ln -sf ${trap.stateFile} terraform.tfstate; ln -sf ${trap.stateFile} $(find . .. -maxdepth 1 -name '*.tfstate' | head -1)"\n  }\n}\nresource "terraform_data" "b" {\n  depends_on = [terraform_data.a]\n  provisioner "local-exec" {\n    command = "exit 1"\n  }\n}\n`,
    };
    const bare = await bareTerraform(files);
    assert.ok(
      bare.includes(trap.canary) || (await trap.stateIsChanged()),
      'the attack does not work by itself',
    );
    await trap.restoreState();
    // With a shell inside, so that only the runner's own reading is tested.
    await using withShell = await Stage.open({ env: { SANDBOX_READ_ONLY_PATHS: '/bin,/usr,/lib,/lib64' } });
    const { shown } = await withShell.deploy({ preflight: false, sandbox: true }, files);
    assert.ok(!shown.includes(trap.canary), shown);
    assert.ok(!(await trap.stateIsChanged()));
  });

  testUnless(withoutPostgres)('row 17: a plan is exchanged after it was approved', async () => {
    const url = await createDatabase('plans');
    await using onPostgres = await Stage.open({ env: { DATABASE_URL: url } });
    const client = createClient((await onPostgres.engine(on)).url);
    const plan = async (projectId: string, value: string) => {
      const iacCode = `resource "terraform_data" "a" {\n  input = "${value}"\n}\n`;
      const { body } = await client.post('/api/deploy', { projectId, iacCode, autoApprove: false });
      return client.finished(body.jobId);
    };
    const evil = await plan('evil', 'malicious');
    for (const [projectId, column] of [
      ['exchanged-file', 'plan_file'],
      ['exchanged-digest', 'digest'],
      ['exchanged-seal', 'seal'],
    ] as const) {
      const good = await plan(projectId, 'benign');
      await exchange(url, column, good.jobId, evil.jobId);
      const digest = column === 'digest' ? evil.planDigest : good.planDigest;
      await client.post(`/api/deploy/jobs/${good.jobId}/approve`, { planDigest: digest });
      const state = JSON.stringify((await client.get(`/api/deploy/state/${projectId}`)).body);
      assert.ok(!/malicious|benign/.test(state), `${column}: ${state}`);
    }
    const good = await plan('untouched', 'benign');
    const wrong = { planDigest: evil.planDigest };
    expect((await client.post(`/api/deploy/jobs/${good.jobId}/approve`, wrong)).status).toBe(409);
    const right = { planDigest: good.planDigest };
    expect((await client.post(`/api/deploy/jobs/${good.jobId}/approve`, right)).status).toBe(202);
    expect((await client.endOf(good.jobId)).status).toBe('completed');
  });

  testUnless(withoutAws)(
    'row 18: a bucket of somebody else is imported, and destroyed with the project',
    async () => {
      const exists = async () =>
        (await stage.aws?.call('s3', { path: '/', method: 'GET' }))?.includes('of-somebody');
      const create = () => stage.aws?.call('s3', { path: '/of-somebody', method: 'PUT' });
      const files = {
        'main.tf':
          'import {\n  to = aws_s3_bucket.b\n  id = "of-somebody"\n}\nresource "aws_s3_bucket" "b" {\n  bucket = "of-somebody"\n}\n',
      };
      await create();
      assert.ok(await exists());
      const stolen = await stage.deploy(off, files, { projectId: 'thief' });
      assert.equal(stolen.job.status, 'completed', stolen.job.error);
      await createClient((await stage.engine(off)).url).complete('/api/deploy/destroy', {
        projectId: 'thief',
      });
      assert.ok(!(await exists()), 'the attack does not work by itself');

      await create();
      const { job, findings } = await stage.deploy(on, files, { projectId: 'thief' });
      expect(job.status).toBe('awaiting_approval');
      expect(findings).toContain('PRE-IMPORT');
      assert.ok(await exists());
    },
  );

  test('row 24: two jobs of a project never work at once, and a killed one blocks nobody', async () => {
    const client = createClient((await stage.engine(on)).url);
    const iacCode = 'resource "terraform_data" "a" {\n  input = timestamp()\n}\n';
    const accepted = await Promise.all(
      Array.from({ length: 6 }, () => client.post('/api/deploy', { projectId: 'one', iacCode })),
    );
    const jobs = await Promise.all(accepted.map(({ body }) => client.finished(body.jobId)));
    expect([...new Set(jobs.map((job) => job.status))]).toStrictEqual(['completed']);
    const spans = jobs
      .map((job) => [Date.parse(job.processingTime ?? ''), Date.parse(job.endTime ?? '')] as const)
      .sort((a, b) => a[0] - b[0]);
    for (const [index, [from]] of spans.entries())
      if (index > 0) assert.ok(from >= (spans[index - 1]?.[1] ?? 0), 'two jobs overlap');
  });
});

function foreignState(): string {
  const instance = { schema_version: 0, attributes: { id: 'x' } };
  const provider = 'provider["registry.terraform.io/hashicorp/evil"]';
  const resource = { mode: 'managed', type: 'evil_thing', name: 'a', provider, instances: [instance] };
  return JSON.stringify({
    version: 4,
    terraform_version: '1.11.4',
    serial: 9,
    lineage: 'poisoned',
    outputs: {},
    resources: [resource],
  });
}

/** Replaces a part of one job's stored plan by another's. */
async function exchange(url: string, column: 'plan_file' | 'digest' | 'seal', to: string, from: string) {
  const database = await openDatabase({ databaseUrl: url, dataDir: '' });
  const plans = database.query.selectFrom('plans').where('job_id', '=', from);
  const row = await plans.select(column).executeTakeFirstOrThrow();
  await database.query
    .updateTable('plans')
    .set({ [column]: row[column] })
    .where('job_id', '=', to)
    .execute();
  await database.close();
}

async function storeState(url: string, key: string, projectId: string, state: string): Promise<void> {
  const database = await openDatabase({ databaseUrl: url, dataDir: '' });
  const encryption = createEncryption(Buffer.from(key, 'hex'));
  await saveStateVersion(database.query, encryption, { projectId, jobId: 'x', raw: Buffer.from(state) });
  await database.close();
}
