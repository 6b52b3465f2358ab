import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterTest } from '../../../../scripts/jest/after-test.ts';
import { type JobPaths, jobPaths } from '../../workdir/job-paths.ts';
import { type JobContent, layOutJob, overrideName, variablesName } from './lay-out-job.ts';

async function layOut(more: Partial<JobContent> = {}): Promise<JobPaths> {
  const runsDir = mkdtempSync(join(tmpdir(), 'jobs-'));
  afterTest(() => rmSync(runsDir, { recursive: true, force: true }));
  const paths = jobPaths(runsDir, 'deploy-1', 'root');
  await layOutJob(paths, content(more));
  return paths;
}

const content = (more: Partial<JobContent> = {}): JobContent => ({
  files: new Map([['root/main.tf', Buffer.from('# code')]]),
  ...{ variables: {}, state: undefined, plan: undefined, providerMirror: undefined },
  ...{ imports: [], search: [], user: undefined, keepsSockets: false, ...more },
});

const written = (paths: JobPaths, name: string) =>
  JSON.parse(readFileSync(join(paths.rootModule, name), 'utf8'));

test('the id of an import is text: nothing of it is evaluated', async () => {
  const id = '${file("/etc/passwd")}%{ if true }';
  const paths = await layOut({ imports: [{ to: 'aws_vpc.v["a"]', id }] });
  expect(written(paths, '~engine_imports.tf.json')).toStrictEqual({
    import: [{ to: 'aws_vpc.v["a"]', id: '$${file("/etc/passwd")}%%{ if true }' }],
  });
});

test('what a search looks for is text, at any depth and in names too', async () => {
  const search = [
    {
      ...{ name: 'a', type: 'aws_vpcs', provider: 'aws.west' },
      arguments: { tags: { '${x}': '${timestamp()}' }, filter: [{ values: ['%{ if true }', 1, null] }] },
    },
    { name: 'b', type: 'aws_vpcs', provider: 'aws', arguments: {} },
  ];
  const paths = await layOut({ search });
  expect(written(paths, '~engine_search.tf.json')).toStrictEqual({
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

test('variables are values: a template in one is left as it is, since Terraform reads none there', async () => {
  const paths = await layOut({ variables: { a: '${b}' } });
  expect(written(paths, variablesName)).toStrictEqual({ a: '${b}' });
  expect(existsSync(join((await layOut()).rootModule, variablesName))).toBe(false);
});

test('the state stays where the engine has put it, whatever backend the code names', async () => {
  const paths = await layOut({ state: Buffer.from('state') });
  expect(written(paths, overrideName)).toStrictEqual({
    terraform: { backend: { local: { path: '../../state/terraform.tfstate' } } },
  });
  expect(readFileSync(paths.state, 'utf8')).toBe('state');
  expect(statSync(paths.state).mode & 0o777).toBe(0o600);
});

test('a job is laid out from nothing: no state, plan or code of an earlier attempt is left', async () => {
  const paths = await layOut({ state: Buffer.from('state'), plan: Buffer.from('plan') });
  for (const path of [paths.planJson, paths.initialised, join(paths.rootModule, 'left.tf')])
    writeFileSync(path, 'old');
  writeFileSync(`${paths.state}.backup`, 'old');
  await layOutJob(paths, content());
  const gone = [paths.state, `${paths.state}.backup`, paths.plan, paths.planJson, paths.initialised];
  for (const path of [...gone, join(paths.rootModule, 'left.tf')])
    assert.equal(existsSync(path), false, path);
  expect(readFileSync(join(paths.rootModule, 'main.tf'), 'utf8')).toBe('# code');
});

test('the files of tests are put aside, and the manifest names every file', async () => {
  const files = new Map([
    ['root/main.tf', Buffer.from('')],
    ['root/a.tftest.hcl', Buffer.from('')],
  ]);
  const paths = await layOut({ files });
  expect(existsSync(join(paths.rootModule, 'a.tftest.hcl'))).toBe(false);
  expect(existsSync(join(paths.aside, 'root/a.tftest.hcl'))).toBe(true);
  expect(JSON.parse(readFileSync(paths.manifest, 'utf8'))).toStrictEqual([...files.keys()]);
});
