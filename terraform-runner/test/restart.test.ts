import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '@deployment-engine/runner-api';
import { bootRunner, type Folders, forkRunner, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import type { Client } from './support/client.ts';
import { processesIn, terraformIn } from './support/processes.ts';
import { waitUntil } from './support/wait-until.ts';

/** Resources that take a while, one after the other, without a provider to install. */
const slow = (seconds: number) => `
resource "terraform_data" "first" {}
resource "terraform_data" "slow" {
  depends_on = [terraform_data.first]
  provisioner "local-exec" { command = "sleep ${seconds}" }
}
resource "terraform_data" "last" { depends_on = [terraform_data.slow] }
`;

async function startApply(client: Client, folders: Folders, seconds = 2) {
  const job = makeJob(writeRevision(folders, { 'main.tf': slow(seconds) }));
  await client.put(job.planId, job.plan);
  const events = await client.finished(job.planId);
  const ready = events.map(({ body }) => body).find((body) => body.type === 'plan_ready');
  await client.put(job.applyId, job.apply(ready?.digest ?? ''));
  await client.waitFor(
    job.applyId,
    (event): event is RunEvent =>
      event.body.type === 'resource_started' && event.body.address === 'terraform_data.slow',
  );
  return job;
}

function assertContiguous(events: RunEvent[]): void {
  expect(events.map((event) => event.seq)).toStrictEqual(events.map((_event, index) => index + 1));
  const texts = events
    .filter(({ body }) => body.type.startsWith('resource_') || body.type.startsWith('step_'))
    .map(({ body }) =>
      'address' in body ? `${body.type} ${body.address}` : `${body.type} ${'step' in body && body.step}`,
    );
  assert.equal(new Set(texts).size, texts.length, texts.join('\n'));
}

test('an apply continues while its runner is killed, and the next runner completes it', async () => {
  using folders = makeFolders();
  await using first = await forkRunner(folders);
  const job = await startApply(first.client, folders, 8); // longer than another runner's start on a busy machine
  const seen: RunEvent[] = [];
  for await (const event of first.client.events(job.applyId, 0, false)) seen.push(event);
  await first.end('SIGKILL');

  await using second = await forkRunner(folders);
  expect((await second.client.get(job.applyId)).status).toBe('running');
  const events = await second.client.finished(job.applyId);
  assertContiguous(events);
  expect(events.slice(0, seen.length)).toStrictEqual(seen);
  expect(events.at(-1)?.body).toStrictEqual({ type: 'run_finished', outcome: { kind: 'succeeded' } });
  const state = JSON.parse((await second.client.bytes(`/runs/${job.applyId}/state`)).toString());
  expect(state.resources.length).toBe(3);
  expect((await second.client.get(job.planId)).outcome?.kind).toBe('succeeded');
  await second.end('SIGTERM');
  await waitUntil('no process is left', () => processesIn(folders.root).length === 0);
});

test('an apply that ends while no runner is there is finished by the next one', async () => {
  using folders = makeFolders();
  await using first = await forkRunner(folders);
  const job = await startApply(first.client, folders);
  await first.end('SIGTERM');
  assert.ok(terraformIn(folders.root, 'apply'), 'a graceful end leaves Terraform alive');
  await waitUntil('Terraform has ended', () => processesIn(folders.root).length === 0);

  await using second = await bootRunner(folders);
  const events = await second.client.finished(job.applyId);
  assertContiguous(events);
  expect(events.at(-1)?.body).toStrictEqual({ type: 'run_finished', outcome: { kind: 'succeeded' } });
});

test('a runner that may wait finishes its apply before it stops, and takes no other run meanwhile', async () => {
  using folders = makeFolders();
  await using runner = await forkRunner(folders, { STOP_WAIT_SECONDS: '60' });
  const job = await startApply(runner.client, folders);
  const ended = runner.end('SIGTERM');
  const { body: capacity } = await waitUntil('it takes no more runs', async () => {
    const answer = await runner.client.send('GET', '/capacity');
    return answer.body.free === 0 && answer;
  });
  expect(capacity.runs).toStrictEqual([job.applyId]);
  const other = makeJob(writeRevision(folders, { 'main.tf': '' }));
  await assert.rejects(runner.client.put(other.planId, other.plan), /shutting_down/);
  const events = await runner.client.finished(job.applyId);
  expect(events.at(-1)?.body).toStrictEqual({ type: 'run_finished', outcome: { kind: 'succeeded' } });
  const state = JSON.parse((await runner.client.bytes(`/runs/${job.applyId}/state`)).toString());
  expect(state.resources.length).toBe(3);
  for (const runId of [job.planId, job.applyId]) await runner.client.send('DELETE', `/runs/${runId}`);
  await ended;
  await waitUntil('no process is left', () => processesIn(folders.root).length === 0);
});

test('a runner whose wait is over leaves its apply to the next start', async () => {
  using folders = makeFolders();
  await using first = await forkRunner(folders, { STOP_WAIT_SECONDS: '1' });
  const job = await startApply(first.client, folders, 8);
  await first.end('SIGTERM');
  assert.ok(terraformIn(folders.root, 'apply'), 'the apply goes on');
  await using second = await forkRunner(folders);
  const events = await second.client.finished(job.applyId);
  expect(events.at(-1)?.body).toStrictEqual({ type: 'run_finished', outcome: { kind: 'succeeded' } });
});

test('a run whose Terraform is killed from outside ends as interrupted, with its state', async () => {
  using folders = makeFolders();
  await using runner = await bootRunner(folders);
  const job = await startApply(runner.client, folders);
  const pid = terraformIn(folders.root, 'apply');
  assert.ok(pid);
  process.kill(pid, 'SIGKILL');
  const events = await runner.client.finished(job.applyId);
  const last = events.at(-1)?.body;
  expect(last?.type === 'run_finished' && last.outcome.kind).toBe('interrupted');
  assert.ok(events.some(({ body }) => body.type === 'state_changed'));
  const state = JSON.parse((await runner.client.bytes(`/runs/${job.applyId}/state`)).toString());
  expect(state.resources[0].name).toBe('first');
  await waitUntil('the provisioner has ended', () => processesIn(folders.root).length === 0);
});

test('a run whose processes are gone after a restart ends as interrupted', async () => {
  using folders = makeFolders();
  await using first = await forkRunner(folders);
  const job = await startApply(first.client, folders);
  await first.end('SIGKILL');
  const shell = readFileSync(
    join(folders.runs, job.jobId, 'runs', job.applyId, 'commands/apply/pid'),
    'utf8',
  );
  process.kill(-Number(shell.split(' ')[1]), 'SIGKILL');

  await using second = await bootRunner(folders);
  const events = await second.client.finished(job.applyId);
  assertContiguous(events);
  const last = events.at(-1)?.body;
  expect(last?.type === 'run_finished' && last.outcome.kind).toBe('interrupted');
  assert.ok(events.some(({ body }) => body.type === 'state_changed'));
});

test('a process that reuses the pid of a dead command is not mistaken for it, nor touched', async () => {
  using folders = makeFolders();
  await using first = await forkRunner(folders);
  const job = await startApply(first.client, folders);
  await first.end('SIGKILL');
  const command = join(folders.runs, job.jobId, 'runs', job.applyId, 'commands/apply');
  const recorded = readFileSync(join(command, 'pid'), 'utf8');
  process.kill(-Number(recorded.split(' ')[1]), 'SIGKILL');
  await waitUntil('the command has ended', () => processesIn(folders.root).length === 0);

  const stranger = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  try {
    const pid = stranger.pid as number;
    writeFileSync(join(command, 'pid'), recorded.replace(/ \d+/, ` ${pid}`));
    await using second = await bootRunner(folders);
    const last = (await second.client.finished(job.applyId)).at(-1)?.body;
    expect(last?.type === 'run_finished' && last.outcome.kind).toBe('interrupted');
    expect([stranger.exitCode, stranger.signalCode]).toStrictEqual([null, null]);
  } finally {
    stranger.kill('SIGKILL');
  }
});

test('a cancel survives a restart of the runner', async () => {
  using folders = makeFolders();
  await using first = await forkRunner(folders);
  const job = await startApply(first.client, folders);
  await first.client.cancel(job.applyId, 30);
  await first.end('SIGKILL');
  await using second = await bootRunner(folders);
  const last = (await second.client.finished(job.applyId)).at(-1)?.body;
  expect(last?.type === 'run_finished' && last.outcome).toStrictEqual({
    kind: 'cancelled',
    step: 'apply',
    endedBy: 'interrupt',
  });
});

/** Moves a time recorded by the first runner back by two hours. */
const earlier = (at: string) => new Date(Date.parse(at) - 2 * 3_600_000).toISOString();
const recorded: Record<string, (directory: string) => void> = {
  run: (directory) => rewrite(join(directory, 'run.json'), /(?<="startedAt":")[^"]+/),
  step: (directory) =>
    rewrite(
      join(directory, 'events.ndjson'),
      /(?<="at":")[^"]+(?=","body":{"type":"step_started","step":"plan")/,
    ),
};
function rewrite(path: string, time: RegExp): void {
  const text = readFileSync(path, 'utf8');
  expect(text).toMatch(time);
  writeFileSync(path, text.replace(time, earlier));
}

for (const what of ['run', 'step'])
  test(`the time of a ${what} goes on while no runner is there`, async () => {
    using folders = makeFolders();
    const settings = { terraformPath: `${import.meta.dirname}/support/fake-terraform.sh` };
    const limits = { stepTimeoutSeconds: 3600, runTimeoutSeconds: 3600 };
    const files = { 'main.tf': '', behaviour: 'end-on-interrupt' };
    const job = makeJob(writeRevision(folders, files), limits);
    {
      await using first = await bootRunner(folders, settings);
      await first.client.put(job.planId, job.plan);
      await first.client.waitFor(
        job.planId,
        (event): event is RunEvent => event.body.type === 'log' && event.body.line === 'waiting',
      );
    }
    recorded[what]?.(join(folders.runs, job.jobId, 'runs', job.planId));
    await using second = await bootRunner(folders, settings);
    const stopping = await waitUntil(
      'the run is being stopped',
      async () => (await second.client.get(job.planId)).stopping,
    ).catch((error) => error);
    await second.client.cancel(job.planId, 30); // ends it if the time was reset, and changes nothing else
    const last = (await second.client.finished(job.planId)).at(-1)?.body;
    expect(stopping).toBe(true);
    expect(last?.type === 'run_finished' && last.outcome).toStrictEqual({
      kind: 'timedOut',
      step: 'plan',
      afterMs: 3_600_000,
      endedBy: 'interrupt',
    });
    await waitUntil('no process is left', () => processesIn(folders.root).length === 0);
  });

test('two runners never serve one folder', async () => {
  using folders = makeFolders();
  await using _first = await bootRunner(folders);
  await expect(bootRunner(folders)).rejects.toThrow(/already serves/);
});
