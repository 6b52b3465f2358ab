import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@deployment-engine/client';
import { sharedEngine } from '../../testing/shared-engine.ts';
import { notesRepository } from '../../testing/stacks/notes.ts';
import { type RunOptions, runDeployer, writeFiles } from './support.ts';

const { engine } = sharedEngine();
const notes = {
  'base/first': { text: 'one' },
  'web/second': { text: 'two', copies: ['base/first'] },
};
let repo = '';
/** Variables of a CI that runs these tests would count over the folder's own. */
const noCi = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(GITHUB|CI)_/.test(name))
    .map((name) => [name, '']),
);

beforeAll(async () => {
  repo = join(engine().directory, 'repo');
  await writeFiles(repo, notesRepository(notes));
  const git = (...words: string[]) => promisify(execFile)('git', ['-C', repo, ...words]);
  await git('init', '-q', '-b', 'release');
  const author = ['-c', 'user.name=x', '-c', 'user.email=x@example.org'];
  await git(...author, 'commit', '-q', '--allow-empty', '-m', 'first');
});

const deployer = (words: string[], options: RunOptions = {}) =>
  runDeployer(engine().url, words, { cwd: repo, ...options, env: { ...noCi, ...options.env } });
const inDevelopment = ['--environment', 'development'];

test('a stack is planned, approved by digest, deployed in waves, and then has nothing to do', async () => {
  const planned = await deployer(['plan', ...inDevelopment, '--detailed-exitcode']);
  assert.equal(planned.code, 5, planned.stderr);
  expect(planned.stdout).toMatch(
    /^notes development: plan completed\nWave 1\n {2}base\/first \(Note\): planned, 1 to create\nWave 2\n/,
  );
  expect(planned.stdout).toContain('\nPlan: 2 to create.\n');

  const asked = await deployer(['apply', ...inDevelopment, '--message', 'first']);
  assert.equal(asked.code, 3, asked.stderr);
  const [, id = '', digest = ''] =
    /approve (pipeline-\S+) --plan-digest ([0-9a-f]{64})$/m.exec(asked.stderr) ?? [];
  expect(await deployer(['approve', id])).toMatchObject({ code: 2, stderr: expect.stringContaining(digest) });
  const approved = await deployer(['approve', id, '--plan-digest', digest]);
  assert.equal(approved.code, 0, approved.stderr);
  expect(approved.stdout).toMatch(/^notes development: apply completed\n/);
  expect(approved.stderr).toMatch(/Z web\/second: module\.component\.terraform_data\.note: created after/);

  const again = await deployer(['apply', ...inDevelopment, '--json']);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(again.stdout)).toMatchObject({
    status: 'completed',
    counts: { unchanged: 2 },
    source: { branch: 'release', commit: expect.stringMatching(/^[0-9a-f]{40}$/) },
  });
});

test('what is deployed is shown: status, list, outputs, history, state, locks, log of a component', async () => {
  const { stdout } = await deployer(['status', '--service', 'web', ...inDevelopment]);
  expect(stdout).toMatch(/^notes development: deployed$/m);
  expect(stdout).toMatch(/^web\/second +Note +deployed +us-east-1 +pipeline-/m);
  expect(stdout).not.toContain('base/first');
  expect((await deployer(['list', 'stacks'])).stdout).toMatch(/^notes +development +2 +completed/m);
  expect((await deployer(['show', '--stack', 'notes'])).stdout).toMatch(/^notes +development/m);
  const outputs = ['outputs', 'text', '--raw', '--component', 'base/first', ...inDevelopment];
  expect(await deployer(outputs)).toMatchObject({ code: 0, stdout: 'one' });
  expect((await deployer(['history', ...inDevelopment])).stdout).toMatch(
    /apply +completed +[0-9a-f]{8} .*first$/m,
  );
  expect((await deployer(['list', 'pipelines', '--stack', 'notes'])).stdout).toMatch(/ plan +completed /);
  expect((await deployer(['state', 'list', ...inDevelopment])).stdout).toBe('base/first\nweb/second\n');
  expect(JSON.parse((await deployer(['state', 'show', ...inDevelopment])).stdout)).toMatchObject({});
  expect((await deployer(['state', 'locks', ...inDevelopment])).stdout).toBe('no locks\n');
  expect((await deployer(['logs', '--component', 'base/first', ...inDevelopment])).stdout).toMatch(
    /terraform_data\.note/,
  );
});

test("an ended pipeline's events end too, from whichever event a listener resumes", async () => {
  const client = createClient({ url: engine().url });
  const { pipelines } = await client.pipelines({ query: { limit: 1 } });
  const params = { pipelineId: pipelines[0]?.pipelineId ?? '' };
  const all = [];
  for await (const event of client.pipelineEvents({ params })) all.push(event);
  expect(all.at(-1)?.data).toMatchObject({ type: 'pipeline_status', status: 'completed' });
  const middle = Math.floor(all.length / 2);
  const lastEventId = all[middle - 1]?.id;
  const rest = [];
  for await (const event of client.pipelineEvents({ params }, { lastEventId })) rest.push(event);
  expect(rest.map(({ id }) => id)).toStrictEqual(all.slice(middle).map(({ id }) => id));
});

test('a stack is promoted, looked at for drift, rolled back and destroyed', async () => {
  const promoted = await deployer(['promote', '--from', 'development', '--to', 'staging', '--auto-approve']);
  assert.equal(promoted.code, 0, promoted.stderr);
  expect(promoted.stdout).toContain('notes staging: apply completed');
  const inStaging = ['--environment', 'staging'];
  const drift = await deployer(['drift', 'detect', ...inStaging, '--detailed-exitcode']);
  assert.equal(drift.code, 0, drift.stderr);
  expect(drift.stdout).toBe('base/first: no drift\nweb/second: no drift\n');
  const rule = ['drift', 'ignore', '*.input', '--why', 'a test', ...inStaging];
  expect(await deployer(rule)).toMatchObject({ code: 2, stderr: expect.stringContaining('--component') });
  const ignored = await deployer([...rule, '--component', 'base/*']);
  assert.equal(ignored.code, 0, ignored.stderr);
  const [id = ''] = /drift-[a-z0-9]{16}/.exec(ignored.stdout) ?? [];
  expect((await deployer(['drift', 'show', ...inStaging])).stdout).toContain(`${id}  base/* *.input, by `);
  expect((await deployer(['drift', 'unignore', id, ...inStaging])).code).toBe(0);
  const remediated = await deployer(['drift', 'remediate', ...inStaging, '--auto-approve']);
  assert.equal(remediated.code, 0, remediated.stderr);

  const changed = { ...notes, 'base/first': { text: 'changed' } };
  const other = join(engine().directory, 'other');
  await writeFiles(other, notesRepository(changed));
  const applied = await deployer(['apply', other, ...inStaging, '--auto-approve']);
  assert.equal(applied.code, 0, applied.stderr);
  expect(applied.stdout).toContain('~ spec.text: "one" -> "changed"');
  const back = await deployer(['rollback', ...inStaging, '--auto-approve']);
  assert.equal(back.code, 0, back.stderr);
  const outputs = ['outputs', 'text', '--component', 'base/first', ...inStaging];
  expect((await deployer(outputs)).stdout).toBe('"one"\n');

  const refused = await deployer(['destroy', '--component', 'base/first', ...inStaging, '--auto-approve']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('web/second') });
  const destroyed = await deployer(['destroy', ...inStaging, '--auto-approve']);
  assert.equal(destroyed.code, 0, destroyed.stderr);
});

test('a failed component is code 1, and the pipeline is resumed or cancelled by its id', async () => {
  const broken = join(engine().directory, 'broken');
  await writeFiles(broken, notesRepository({ ...notes, 'base/first': { text: 'one', fails: true } }));
  const failed = await deployer([
    'apply',
    broken,
    '--environment',
    'broken',
    '--auto-approve',
    '--on-error',
    'continue',
  ]);
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/base\/first \(Note\): failed/);
  expect(failed.stderr).toContain('this note fails');
  const [, id = ''] = /Z pipeline (pipeline-\S+)/.exec(failed.stderr) ?? [];
  expect((await deployer(['status', id])).code).toBe(1);
  const waiting = await deployer(['apply', '--environment', 'resumed', '--json']);
  const { pipelineId } = JSON.parse(waiting.stdout);
  expect(await deployer(['reject', pipelineId])).toMatchObject({ code: 0 });
  expect((await deployer(['cancel', pipelineId])).code).toBe(1);
  const resumed = await deployer(['resume', pipelineId, '--auto-approve']);
  assert.equal(resumed.code, 0, resumed.stderr);
  const unlock = await deployer(['unlock', id, '--environment', 'broken']);
  expect(unlock).toMatchObject({ code: 2, stderr: expect.stringContaining('add --force') });
});

test('an invalid repository is refused with its places', async () => {
  const refused = await deployer(['plan', ...inDevelopment, '--service', 'nothing', '--json']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(JSON.parse(refused.stderr).error.message).toContain('nothing');
});
