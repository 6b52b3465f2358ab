import assert from 'node:assert/strict';
import type { RunOutcome } from '@deployment-engine/contracts';
import type { RunEvent } from '@deployment-engine/runner-api';
import { makeJob, writeRevision } from './support/boot.ts';
import { sharedRunner } from './support/shared-runner.ts';

const fakeTerraform = `${import.meta.dirname}/support/fake-terraform.sh`;
const runner = sharedRunner({ slots: 4, terraformPath: fakeTerraform, stopGraceMs: 300 });

const isWaiting = (event: RunEvent): event is RunEvent =>
  event.body.type === 'log' && event.body.line === 'waiting';

async function start(behaviour: string, more = {}) {
  const job = makeJob(writeRevision(runner.folders, { 'main.tf': '', behaviour }), more);
  await runner.client.put(job.planId, job.plan);
  return job;
}

async function outcomeOf(runId: string): Promise<RunOutcome> {
  const last = (await runner.client.finished(runId)).at(-1)?.body;
  assert.ok(last?.type === 'run_finished');
  return last.outcome;
}

test('a cancelled run ends gracefully when Terraform obeys the interrupt', async () => {
  const job = await start('end-on-interrupt');
  await runner.client.waitFor(job.planId, isWaiting);
  const view = await runner.client.cancel(job.planId, 30);
  expect(view.stopping).toBe(true);
  expect(await outcomeOf(job.planId)).toStrictEqual({
    kind: 'cancelled',
    step: 'plan',
    endedBy: 'interrupt',
  });
});

test('a cancelled run is killed when Terraform ignores the interrupts', async () => {
  const job = await start('ignore-interrupt');
  await runner.client.waitFor(job.planId, isWaiting);
  await Promise.all(Array.from({ length: 10 }, () => runner.client.cancel(job.planId, 0.5)));
  expect(await outcomeOf(job.planId)).toStrictEqual({ kind: 'cancelled', step: 'plan', endedBy: 'kill' });
});

test('a step that takes too long is stopped, and so is a run', async () => {
  const [byStep, byRun] = await Promise.all([
    start('end-on-interrupt', { stepTimeoutSeconds: 1 }),
    start('ignore-interrupt', { runTimeoutSeconds: 1 }),
  ]);
  expect(await outcomeOf(byStep.planId)).toStrictEqual({
    kind: 'timedOut',
    step: 'plan',
    afterMs: 1000,
    endedBy: 'interrupt',
  });
  expect(await outcomeOf(byRun.planId)).toStrictEqual({
    kind: 'timedOut',
    step: 'plan',
    afterMs: 1000,
    endedBy: 'kill',
  });
});

test('children get the request’s credentials and nothing from the runner’s own environment', async () => {
  process.env.TF_CLI_ARGS_plan = '-destroy';
  process.env.RUNNER_TEST_SECRET = 'leaked';
  try {
    const environment = {
      AWS_REGION: 'given',
      AWS_CONFIG_FILE: 'refused',
      TF_LOG_PATH: 'refused',
      LD_PRELOAD: 'refused',
      TF_VAR_name: 'given',
    };
    const job = await start('environment', { environment });
    const events = await runner.client.finished(job.planId);
    const lines = events.flatMap(({ body }) =>
      body.type === 'log' && body.step === 'plan' ? [body.line] : [],
    );
    const names = lines
      .flatMap((line) => /^([A-Za-z_]+)=/.exec(line)?.[1] ?? [])
      .filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))
      .sort();
    expect(names).toStrictEqual([
      'AWS_REGION',
      'CHECKPOINT_DISABLE',
      'GOGC',
      'HOME',
      'LANG',
      'PATH',
      'TF_CLI_CONFIG_FILE',
      'TF_INPUT',
      'TF_IN_AUTOMATION',
      'TF_VAR_name',
      'TMPDIR',
    ]);
    assert.ok(!lines.join('\n').includes('refused') && !lines.join('\n').includes('leaked'));
  } finally {
    delete process.env.TF_CLI_ARGS_plan;
    delete process.env.RUNNER_TEST_SECRET;
  }
});

test('log lines cannot contain colours or forge other lines', async () => {
  const job = await start('escapes');
  const events = await runner.client.finished(job.planId);
  assert.ok(events.some(({ body }) => body.type === 'log' && body.line === 'red Apply complete!forged'));
});

test('twenty thousand lines arrive complete and in order', async () => {
  const job = await start('chatter');
  const events = await runner.client.finished(job.planId);
  const lines = events.flatMap(({ body }) =>
    body.type === 'log' && /^line \d+ of/.test(body.line) ? [body.line] : [],
  );
  expect(lines.map((line) => Number(line.split(' ')[1]))).toStrictEqual(
    Array.from({ length: 20_000 }, (_value, index) => index + 1),
  );
  expect(events.map((event) => event.seq)).toStrictEqual(events.map((_event, index) => index + 1));
});
