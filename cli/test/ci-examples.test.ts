import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FakeEngine } from './fake-engine.ts';
import { withoutSettings, writeFiles } from './support.ts';

const main = join(import.meta.dirname, '../src/main.ts');
const file = join(import.meta.dirname, '../../examples/ci/github/action.yml');
let root = '';
let engine: FakeEngine;
let steps: { run: string }[] = [];

/** Stands in for GitHub's command line: has one comment, and keeps what it is told. */
const gh = `#!/bin/bash
echo "$@" >> "$ROOT/gh.log"
case "$*" in
  *--jq*) cat "$ROOT/comments" ;;
  *) for word in "$@"; do case "$word" in body=@*) cp "\${word#body=@}" "$ROOT/comment.md" ;; esac; done ;;
esac
`;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ci-'));
  engine = await FakeEngine.start();
  steps = parse(await readFile(file, 'utf8')).runs.steps;
  const deployer = `#!/bin/bash\nexec '${process.execPath}' '${main}' "$@"\n`;
  await writeFiles(root, { 'bin/deployer': deployer, 'bin/gh': gh, comments: '', 'infra/main.tf': '# code' });
  for (const name of ['deployer', 'gh']) await chmod(join(root, 'bin', name), 0o755);
});
afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await rm(root, { recursive: true });
});

/** Runs a step's script as the runner does. */
function runStep(
  index: number,
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const script = join(root, `step-${index}.sh`);
  const facts = {
    PATH: `${join(root, 'bin')}:${process.env.PATH}`,
    ROOT: root,
    RUNNER_TEMP: root,
    GITHUB_OUTPUT: join(root, 'output'),
    GITHUB_STEP_SUMMARY: join(root, 'summary'),
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: 'abc',
    GITHUB_ACTIONS: 'true',
    DEPLOYER_URL: engine.url,
    PROJECT: 'shop',
    FOLDER: 'infra',
    ...env,
  };
  return new Promise((resolve) => {
    void writeFile(script, steps[index]?.run ?? 'exit 99').then(() => {
      const words = ['--noprofile', '--norc', '-eo', 'pipefail', script];
      const child = spawn('bash', words, { cwd: root, env: { ...withoutSettings, ...facts } });
      let output = '';
      child.stdout.on('data', (chunk) => {
        output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        output += chunk;
      });
      child.on('close', (code) => resolve({ code, output }));
    });
  });
}
const inRoot = (name: string) => readFile(join(root, name), 'utf8');
const comment = { NUMBER: '7', RUN_URL: 'https://run', GH_TOKEN: 'x' };

test('a plan with changes succeeds, is in the summary, and becomes a comment, which the next one replaces', async () => {
  const hostile = '```\n@everyone </details> <img src=x>';
  const [first, ...others] = engine.plan.changes;
  if (!first) throw new Error('the plan has no change');
  engine.plan = { ...engine.plan, changes: [{ ...first, after: { name: hostile } }, ...others] };
  engine.emit({ type: 'job_status', status: 'completed', message: 'done' });
  const planned = await runStep(0, { COMMAND: 'plan' });
  expect(planned).toMatchObject({ code: 0 });
  expect(await inRoot('output')).toBe('exit-code=5\n');
  expect(await inRoot('summary')).toMatch(/^### Plan of shop: 1 to create, 1 to change\n/);

  expect(await runStep(1, comment)).toMatchObject({ code: 0, output: '' });
  const body = await inRoot('comment.md');
  expect(body).toMatch(/^<!-- deployer plan shop -->\n### Plan of shop/);
  const [, fence = '', diff = ''] = /^(`{3,})diff\n([\s\S]*?)\n\1$/m.exec(body) ?? [];
  expect(fence.length).toBeGreaterThan(3);
  expect(diff).toContain('</details> <img src=x>');
  expect(diff).toMatch(/^! {4}? *delay = 5 -> 10$/m);
  expect(body.split(fence)).toHaveLength(3);
  expect(await inRoot('gh.log')).toMatch(/--method POST repos\/acme\/shop\/issues\/7\/comments/);

  await writeFile(join(root, 'comments'), '42\n43\n');
  expect(await runStep(1, comment)).toMatchObject({ code: 0 });
  expect(await inRoot('gh.log')).toMatch(/--method PATCH repos\/acme\/shop\/issues\/comments\/42 /);
});

test('a plan that fails fails the step, and the comment says so', async () => {
  engine.emit({ type: 'job_status', status: 'failed', message: 'failed' });
  expect(await runStep(0, { COMMAND: 'plan' })).toMatchObject({ code: 1 });
  expect(await runStep(1, comment)).toMatchObject({ code: 0 });
  expect(await inRoot('comment.md')).toContain('The plan of shop failed: https://run');
});

test('a deploy ends with the code of deployer, a destroy of nothing succeeds, and no input is code', async () => {
  engine.emit({ type: 'job_status', status: 'completed', message: 'done' });
  const injected = `infra"; touch ${root}/injected; echo "$(touch ${root}/injected)`;
  expect(await runStep(0, { COMMAND: 'deploy', FOLDER: injected })).toMatchObject({ code: 1 });
  await expect(inRoot('injected')).rejects.toThrow(/ENOENT/);
  expect(await runStep(0, { COMMAND: 'deploy' })).toMatchObject({ code: 0 });
  engine.before = (request, response) => {
    const body = { code: 'project_not_found', error: 'no such project', status: 404, title: 'x', type: 'x' };
    if (request === 'POST /api/deploy/destroy') response.writeHead(404).end(JSON.stringify(body)).destroy();
  };
  expect(await runStep(0, { COMMAND: 'destroy' })).toMatchObject({
    code: 0,
    output: 'shop: there is no such project\n',
  });
  expect(await runStep(0, { COMMAND: 'rm -rf /' })).toMatchObject({ code: 2 });
});
