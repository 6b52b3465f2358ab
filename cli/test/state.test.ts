import assert from 'node:assert/strict';
import { join } from 'node:path';
import { sharedEngine } from '../../testing/shared-engine.ts';
import { notesRepository } from '../../testing/stacks/notes.ts';
import { type RunOptions, runDeployer, writeFiles } from './support.ts';

const { engine } = sharedEngine();
const code = `variable "words" { type = list(string) }
resource "terraform_data" "word" {
  for_each = toset(var.words)
  input    = each.key
}
resource "terraform_data" "all" { input = join(" ", var.words) }
output "secret" {
  value     = "correct-horse"
  sensitive = true
}
`;
let folder = '';
beforeAll(async () => {
  folder = join(engine().directory, 'words');
  await writeFiles(folder, { 'main.tf': code });
});

const deployer = (words: string[], options: RunOptions = {}) =>
  runDeployer(engine().url, words, { cwd: folder, ...options });
const deploy = (...words: string[]) =>
  deployer(['deploy', '--auto-approve', '--var', `words:=${JSON.stringify(words)}`]);

/** The numbers of the stored versions, newest first. */
async function versions(words: string[] = []): Promise<number[]> {
  const { stdout } = await deployer(['state', 'versions', ...words, '--json']);
  return JSON.parse(stdout).versions.map(({ id }: { id: number }) => id);
}

test('a project without a state has no versions, and nothing to compare, print or restore', async () => {
  expect(await deployer(['state', 'versions', 'nothing'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nothing'),
  });
  await deployer(['plan', '--var', 'words:=[]']);
  expect(await deployer(['state', 'versions'])).toMatchObject({ code: 0, stdout: 'words: no state yet\n' });
  expect(await deployer(['state', 'diff'])).toMatchObject({
    code: 1,
    stderr:
      'deployer: comparing states of words: it has 0 versions, and two are needed; each change that is deployed makes one\n',
  });
  expect(await deployer(['state', 'pull'])).toMatchObject({
    code: 1,
    stderr: 'deployer: reading the state of words: it has none yet; deploy it first\n',
  });
});

test('versions are listed, compared, and printed as Terraform wrote them', async () => {
  for (const words of [
    ['one', 'two'],
    ['two', 'three'],
  ])
    assert.equal((await deploy(...words)).code, 0);
  const [newest = 0, ...older] = await versions();
  const first = older.at(-1) ?? 0;
  const { stdout: listed } = await deployer(['state', 'versions']);
  expect(listed).toMatch(/^VERSION +SERIAL +RESOURCES +BYTES +JOB +CREATED\n/);
  expect(listed).toMatch(new RegExp(`^${newest} +\\d+ +3 +\\d+ +deploy-\\S+ +\\S+Z$`, 'm'));

  const compared = await deployer(['state', 'diff', '--json', String(first), String(newest)]);
  expect(JSON.parse(compared.stdout)).toMatchObject({ from: { id: first }, to: { id: newest } });
  const { stdout: diff } = await deployer(['state', 'diff', String(first), String(newest)]);
  expect(diff).toMatch(new RegExp(`^words: version ${first} \\(serial \\d+\\) -> ${newest} `));
  expect(diff).toMatch(/^\+ terraform_data\.word\["three"\]$/m);
  expect((await deployer(['state', 'diff', String(first)])).stdout).toBe(diff);
  expect((await deployer(['state', 'diff', String(newest), String(newest)])).stdout).toMatch(
    /\nno differences\n$/,
  );

  const pulled = JSON.parse((await deployer(['state', 'pull'])).stdout);
  expect(pulled).toMatchObject({ version: 4, outputs: { secret: { value: 'correct-horse' } } });
  const earlier = JSON.parse((await deployer(['state', 'pull', String(first)])).stdout);
  expect(earlier.serial).toBeLessThan(pulled.serial);
  expect((await deployer(['state', 'list'])).stdout).toBe(
    'terraform_data.all\nterraform_data.word["three"]\nterraform_data.word["two"]\n',
  );
  expect(JSON.parse((await deployer(['state', 'show'])).stdout)).toStrictEqual(pulled);
});

test('an earlier version is restored with --force; the next plan shows what that changes', async () => {
  const [newest = 0] = await versions();
  assert.equal((await deploy('two')).code, 0);
  expect(await deployer(['state', 'restore'])).toMatchObject({ code: 2 });
  expect(await deployer(['state', 'restore', String(newest)])).toMatchObject({
    code: 2,
    stderr: `deployer: restoring words to ${newest}: look at deployer state diff first, then add --force\n`,
  });
  const restored = await deployer(['state', 'restore', String(newest), '--force']);
  assert.equal(restored.code, 0, restored.stderr);
  expect((await deployer(['state', 'list'])).stdout).toContain('terraform_data.word["three"]');
  const [now = 0] = await versions();
  expect(now).toBeGreaterThan(newest);
  expect((await deployer(['state', 'diff', String(newest), String(now)])).stdout).toMatch(
    /no differences\n$/,
  );
  const planned = await deployer(['plan', '--var', 'words:=["two"]', '--detailed-exitcode']);
  expect([planned.code, planned.stdout]).toStrictEqual([5, expect.stringContaining('1 to destroy')]);
});

test.each<[words: string[], code: number, says: string]>([
  [['state', 'restore', '999999', '--force'], 1, '999999'],
  [['state', 'diff', '999998', '999999'], 1, '99999'],
  [['state', 'pull', '999999'], 1, '999999'],
  [['state', 'pull', 'newest'], 2, 'newest'],
  [['state', 'diff', '0'], 2, '0'],
  [['state', 'restore', '1', '--snapshot', 'snapshot-0123456789abcdef'], 2, 'give one of a version'],
])('%j ends with code %d and says what is wrong', async (words, exit, says) => {
  expect(await deployer(words)).toMatchObject({
    code: exit,
    stdout: '',
    stderr: expect.stringContaining(says),
  });
});

test('the state of a component is that of its project', async () => {
  const repo = join(engine().directory, 'notes');
  await writeFiles(repo, notesRepository({ 'base/first': { text: 'one' } }));
  const place = ['--environment', 'development'];
  const inRepo = (words: string[]) => deployer(words, { cwd: repo });
  const applied = await inRepo(['apply', ...place, '--auto-approve']);
  assert.equal(applied.code, 0, applied.stderr);
  const component = ['--component', 'base/first', ...place];
  const listed = await inRepo(['state', 'versions', ...component]);
  expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ +\d+ +1 /m) });
  const pulled = await inRepo(['state', 'pull', ...component]);
  expect(JSON.parse(pulled.stdout)).toMatchObject({ version: 4, resources: [{ type: 'terraform_data' }] });
  expect(await inRepo(['state', 'versions', '--component', 'base/none', ...place])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('base/none'),
  });
});
