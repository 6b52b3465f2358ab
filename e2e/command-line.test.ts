import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type RunOptions, runDeployer, writeFiles } from '../cli/test/support.ts';
import { testUnless } from '../scripts/jest/unless.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { waitFor } from '../testing/wait.ts';
import { awsProvider, LateAws, manyGroups, prompt } from './late-aws.ts';

const skip = skipWithoutAws();

let it: LateAws;
let folder = '';
beforeAll(async () => {
  if (skip) return;
  it = await LateAws.start();
  folder = join(it.engine.directory, 'code');
});
afterAll(() => it?.[Symbol.asyncDispose]());

const deployer = (words: string[], options: RunOptions = {}) =>
  runDeployer(it.engine.url, words, { cwd: folder, ...options });
const orphanIds = (text: string, status: string) =>
  [...text.matchAll(new RegExp(`^(orphan-[a-z0-9]{16}) {2}${status} `, 'gm'))].map(([, id = '']) => id);

/** Approves what a command waits for, as it said. */
async function approve(ran: { code: number | null; stderr: string }) {
  const [, job = '', digest = ''] = /approve (\S+) --plan-digest ([0-9a-f]{64})$/m.exec(ran.stderr) ?? [];
  assert.equal(ran.code, 3, ran.stderr);
  return deployer(['approve', job, '--plan-digest', digest]);
}

testUnless(skip)(
  'orphans are listed, block a deploy, and are adopted, deleted and acknowledged',
  async () => {
    await writeFiles(folder, { 'main.tf': manyGroups('apart', 3) });
    expect(await deployer(['orphans', 'list', 'apart'])).toMatchObject({ code: 1 });
    const jobId = await it.applying('apart', manyGroups('apart', 3), 0);
    await waitFor('objects in the cloud', async () => (await it.groups('apart-')).length === 3);
    it.killRuns();
    await it.client.finished(jobId);
    it.slow.setFaults(prompt);
    const project = ['--project', 'apart'];

    expect(await deployer(['destroy', ...project, '--auto-approve'])).toMatchObject({ code: 0 });
    const listed = await deployer(['orphans', 'list', 'apart']);
    expect(listed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^apart: 3 of 3 unresolved\n/) });
    const [first = '', second = '', third = ''] = orphanIds(listed.stdout, 'unresolved');
    const [one = '', two = ''] = await it.groups('apart-');
    expect(listed.stdout).toMatch(new RegExp(`^  may be: .*${one}`, 'm'));

    const blocked = await deployer(['deploy', ...project, '--auto-approve']);
    expect([blocked.code, blocked.stderr]).toStrictEqual([3, expect.stringContaining('orphans')]);
    await deployer(['reject', /reject (deploy-\S+)/.exec(blocked.stderr)?.[1] ?? '']);

    const deleted = await approve(
      await deployer(['orphans', 'delete', second, '--object-id', two, ...project]),
    );
    assert.equal(deleted.code, 0, deleted.stderr);
    expect(await it.groups('apart-')).not.toContain(two);

    const why = ['--why', 'kept for an audit'];
    expect(await deployer(['orphans', 'acknowledge', third, ...why, ...project, '--json'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"unresolved":1'),
    });
    const adopted = await approve(
      await deployer(['orphans', 'adopt', first, '--object-id', one, ...project]),
    );
    assert.equal(adopted.code, 0, adopted.stderr);
    const { stdout: state } = await deployer(['state', 'pull', ...project]);
    expect(state).toContain(`"${one}"`);

    const { stdout: settled } = await deployer(['orphans', 'list', ...project]);
    expect([
      orphanIds(settled, 'adopted'),
      orphanIds(settled, 'deleted'),
      orphanIds(settled, 'acknowledged'),
    ]).toStrictEqual([[first], [second], [third]]);
    expect(settled).toContain('kept for an audit');
  },
);

const wrong: [words: string[], code: number, says: string][] = [
  [['orphans', 'adopt', 'orphan-0123456789abcdef', '--project', 'apart'], 1, 'orphan-0123456789abcdef'],
  [['orphans', 'adopt', 'mine', '--project', 'apart'], 1, 'an orphan id looks like'],
  [['orphans', 'delete', '--project', 'apart'], 2, "missing required argument 'orphan'"],
  [['orphans', 'acknowledge', 'orphan-0123456789abcdef', '--project', 'apart'], 2, '--why'],
  [['orphans', 'list', 'none'], 1, 'none'],
];
for (const [words, code, says] of wrong)
  testUnless(skip)(`${words.join(' ')} ends with code ${code} and says what is wrong`, async () => {
    const ran = await deployer(words);
    expect(ran).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(says) });
  });

testUnless(skip)('costs of code, of a plan, of a project and of its history are shown', async () => {
  it.slow.setFaults(prompt);
  const queue = `${awsProvider}resource "aws_kms_key" "main" {}\n`;
  await writeFiles(join(folder, 'priced'), { 'main.tf': queue });
  const code = await deployer(['costs', 'code', 'priced']);
  expect(code).toMatchObject({ code: 0, stdout: expect.stringMatching(/^the code: 1\.00 USD a month/) });
  const planned = await deployer(['deploy', 'priced', '--project', 'priced', '--json']);
  assert.equal(planned.code, 3, planned.stderr);
  const { jobId, planDigest } = JSON.parse(planned.stdout);
  const plan = await deployer(['costs', 'plan', jobId]);
  expect(plan.stdout).toMatch(
    new RegExp(
      `^${jobId}: 1\\.00 USD a month once applied \\(\\+1\\.00\\)\\n +CHANGE +BEFORE +AFTER +DIFFERENCE`,
    ),
  );
  expect(plan.stdout).toMatch(/^ +add\w* +\S+ +1\.00 +\+1\.00 +aws_kms_key\.main$/m);
  expect(JSON.parse((await deployer(['costs', 'plan', jobId, '--json'])).stdout)).toMatchObject({ total: 1 });
  assert.equal((await deployer(['approve', jobId, '--plan-digest', planDigest])).code, 0);
  expect((await deployer(['costs', 'priced'])).stdout).toMatch(/^priced: 1\.00 USD a month/);
  expect((await deployer(['costs', 'history', 'priced'])).stdout).toContain(jobId);
  const [eur, none] = [
    await deployer(['costs', 'priced', '--currency', 'XYZ']),
    await deployer(['costs', 'plan', 'deploy-1704067200000-abcd1234']),
  ];
  expect([eur.code, eur.stderr]).toStrictEqual([1, expect.stringContaining('XYZ')]);
  expect([none.code, none.stderr]).toStrictEqual([
    1,
    expect.stringContaining('deploy-1704067200000-abcd1234'),
  ]);
});

testUnless(skip)('drift is code 5 if that is asked for, and is undone by a reviewed deploy', async () => {
  it.slow.setFaults(prompt);
  const code = `${awsProvider}resource "aws_cloudwatch_log_group" "app" {
  name              = "drifting"
  retention_in_days = 14
}
`;
  await writeFiles(join(folder, 'drifting'), { 'main.tf': code });
  const project = ['--project', 'drifting'];
  assert.equal((await deployer(['deploy', 'drifting', ...project, '--auto-approve'])).code, 0);
  await it.aws.call('logs', {
    target: 'Logs_20140328.PutRetentionPolicy',
    body: { logGroupName: 'drifting', retentionInDays: 30 },
  });
  const drift = await deployer(['drift', 'detect', ...project, '--detailed-exitcode']);
  expect([drift.code, drift.stdout]).toStrictEqual([
    5,
    expect.stringMatching(/aws_cloudwatch_log_group\.app[\s\S]*14/),
  ]);
  const undone = await approve(await deployer(['drift', 'remediate', ...project]));
  assert.equal(undone.code, 0, undone.stderr);
  expect(await deployer(['drift', 'detect', ...project, '--detailed-exitcode'])).toMatchObject({ code: 0 });
});
