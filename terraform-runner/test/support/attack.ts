import assert from 'node:assert/strict';
import type { RunOutcome } from '@deployment-engine/contracts';
import type { RunEvent } from '@deployment-engine/runner-api';
import type { RunnerConfig } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import { bootRunner, environmentOf, type Folders, makeFolders, makeJob, writeRevision } from './boot.ts';
import type { Client } from './client.ts';

/** Returns the default sandbox, with these settings changed. Unlike in other tests, code has no shell. */
export function sandboxed(folders: Folders, settings: Record<string, string> = {}): RunnerConfig['sandbox'] {
  return readConfig(environmentOf(folders, { SANDBOX_READ_ONLY_PATHS: '', ...settings })).sandbox;
}

/** Runs `attempt` with the sandbox off and on; it returns whether the attack worked. */
export async function offAndOn(
  attempt: (world: { client: Client; folders: Folders }) => Promise<boolean>,
  settings: Record<string, string> = {},
): Promise<void> {
  for (const mode of ['off', 'bwrap']) {
    using folders = makeFolders();
    const sandbox = sandboxed(folders, { ...settings, SANDBOX: mode });
    await using runner = await bootRunner(folders, { sandbox });
    const worked = await attempt({ client: runner.client, folders });
    assert.equal(worked, mode === 'off', mode === 'off' ? 'the attack does nothing' : 'the attack worked');
  }
}

/** Plans code and returns the value of its output `attack`. */
export async function plannedOutput(client: Client, folders: Folders, code: string): Promise<unknown> {
  const job = makeJob(writeRevision(folders, { 'main.tf': code }));
  await client.put(job.planId, job.plan);
  const events = await client.finished(job.planId);
  assert.equal(outcomeIn(events).kind, 'succeeded', textOf(events));
  const plan = JSON.parse((await client.bytes(`/runs/${job.planId}/plan.json`)).toString());
  return plan.planned_values.outputs.attack.value;
}

/** Plans and starts an apply; the caller can follow its events. */
export async function startApply(client: Client, folders: Folders, code: string, more = {}) {
  const job = makeJob(writeRevision(folders, { 'main.tf': code }), more);
  await client.put(job.planId, job.plan);
  const events = await client.finished(job.planId);
  const ready = events.map(({ body }) => body).find((body) => body.type === 'plan_ready');
  assert.ok(ready, textOf(events));
  await client.put(job.applyId, job.apply(ready.digest));
  return job;
}

export async function applied(client: Client, folders: Folders, code: string, more = {}) {
  const job = await startApply(client, folders, code, more);
  const events = await client.finished(job.applyId);
  return { job, outcome: outcomeIn(events), text: textOf(events) };
}

/** A resource that runs a shell command. */
export function shell(command: string, interpreter = '/bin/sh'): string {
  return `resource "terraform_data" "shell" {
  provisioner "local-exec" {
    interpreter = ["${interpreter}", "-c"]
    command     = ${JSON.stringify(command).replaceAll('${', '$${')}
  }
}
`;
}

export function outcomeIn(events: RunEvent[]): RunOutcome {
  const last = events.at(-1)?.body;
  assert.ok(last?.type === 'run_finished');
  return last.outcome;
}

export function textOf(events: RunEvent[]): string {
  return events.map(({ body }) => (body.type === 'log' ? body.line : JSON.stringify(body))).join('\n');
}
