import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type JobContent, layOutJob, overrideName, variablesName } from './job-directory.ts';
import { type JobPaths, jobPaths } from './job-paths.ts';

async function layOut(t: TestContext, more: Partial<JobContent> = {}): Promise<JobPaths> {
  const runsDir = mkdtempSync(join(tmpdir(), 'jobs-'));
  t.after(() => rmSync(runsDir, { recursive: true, force: true }));
  const paths = jobPaths(runsDir, 'deploy-1', 'root');
  await layOutJob(paths, content(more));
  return paths;
}

const content = (more: Partial<JobContent> = {}): JobContent => ({
  files: new Map([['root/main.tf', Buffer.from('# code')]]),
  ...{ variables: {}, state: undefined, plan: undefined, providerMirror: undefined },
  ...{ imports: [], search: [], user: undefined, ...more },
});

const written = (paths: JobPaths, name: string) =>
  JSON.parse(readFileSync(join(paths.rootModule, name), 'utf8'));

test('the id of an import is text: nothing of it is evaluated', async (t) => {
  const id = '${file("/etc/passwd")}%{ if true }';
  const paths = await layOut(t, { imports: [{ to: 'aws_vpc.v["a"]', id }] });
  assert.deepEqual(written(paths, '~engine_imports.tf.json'), {
    import: [{ to: 'aws_vpc.v["a"]', id: '$${file("/etc/passwd")}%%{ if true }' }],
  });
});

test('what a search looks for is text, at any depth and in names too', async (t) => {
  const search = [
    {
      ...{ name: 'a', type: 'aws_vpcs', provider: 'aws.west' },
      arguments: { tags: { '${x}': '${timestamp()}' }, filter: [{ values: ['%{ if true }', 1, null] }] },
    },
    { name: 'b', type: 'aws_vpcs', provider: 'aws', arguments: {} },
  ];
  const paths = await layOut(t, { search });
  assert.deepEqual(written(paths, '~engine_search.tf.json'), {
    data: {
      aws_vpcs: {
        a: {
          tags: { '$${x}': '$${timestamp()}' },
          filter: [{ values: ['%%{ if true }', 1, null] }],
          provider: 'aws.west',
        },
        b: { provider: 'aws' },
      },
    },
  });
});

test('variables are values: a template in one is left as it is, since Terraform reads none there', async (t) => {
  const paths = await layOut(t, { variables: { a: '${b}' } });
  assert.deepEqual(written(paths, variablesName), { a: '${b}' });
  assert.equal(existsSync(join((await layOut(t)).rootModule, variablesName)), false);
});

test('the state stays where the engine has put it, whatever backend the code names', async (t) => {
  const paths = await layOut(t, { state: Buffer.from('state') });
  assert.deepEqual(written(paths, overrideName), {
    terraform: { backend: { local: { path: '../../state/terraform.tfstate' } } },
  });
  assert.equal(readFileSync(paths.state, 'utf8'), 'state');
  assert.equal(statSync(paths.state).mode & 0o777, 0o600);
});

test('a job is laid out from nothing: no state, plan or code of an earlier attempt is left', async (t) => {
  const paths = await layOut(t, { state: Buffer.from('state'), plan: Buffer.from('plan') });
  for (const path of [paths.planJson, paths.initialised, join(paths.rootModule, 'left.tf')])
    writeFileSync(path, 'old');
  writeFileSync(`${paths.state}.backup`, 'old');
  await layOutJob(paths, content());
  const gone = [paths.state, `${paths.state}.backup`, paths.plan, paths.planJson, paths.initialised];
  for (const path of [...gone, join(paths.rootModule, 'left.tf')])
    assert.equal(existsSync(path), false, path);
  assert.equal(readFileSync(join(paths.rootModule, 'main.tf'), 'utf8'), '# code');
});

test('the files of tests are put aside, and the manifest names every file', async (t) => {
  const files = new Map([
    ['root/main.tf', Buffer.from('')],
    ['root/a.tftest.hcl', Buffer.from('')],
  ]);
  const paths = await layOut(t, { files });
  assert.equal(existsSync(join(paths.rootModule, 'a.tftest.hcl')), false);
  assert.equal(existsSync(join(paths.aside, 'root/a.tftest.hcl')), true);
  assert.deepEqual(JSON.parse(readFileSync(paths.manifest, 'utf8')), [...files.keys()]);
});
