import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootRunner, type Folders, forkRunner, makeFolders, makeJob, writeRevision } from './support/boot.ts';
import type { Client } from './support/client.ts';
import { processesIn } from './support/processes.ts';
import { waitUntil } from './support/wait-until.ts';

const fake = { TERRAFORM_BINARY_PATH: join(import.meta.dirname, 'support/fake-terraform.sh') };
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A job with one finished validation. */
async function finishedJob(client: Client, digest: string, jobId = makeJob(digest).jobId) {
  const job = makeJob(digest, { jobId });
  const runId = `${jobId}-validate-1`;
  await client.put(runId, job.validate);
  await client.finished(runId);
  return { ...job, jobId, runId };
}

/** Makes a finished run look as if it had ended that long ago. */
function age(folders: Folders, { jobId, runId }: { jobId: string; runId: string }, byMs: number): void {
  const path = join(folders.runs, jobId, 'runs', runId, 'run.json');
  const record = JSON.parse(readFileSync(path, 'utf8'));
  assert.ok(record.outcome);
  const finishedAt = new Date(Date.now() - byMs).toISOString();
  writeFileSync(path, JSON.stringify({ ...record, finishedAt }));
}

function jobFolders(folders: Folders): string[] {
  return readdirSync(folders.runs)
    .filter((name) => !name.startsWith('.'))
    .sort();
}

test('old finished jobs are pruned; recent ones, running ones and those with a live process stay', async () => {
  using folders = makeFolders();
  const digest = writeRevision(folders, { behaviour: 'end-on-interrupt' });
  await using first = await forkRunner(folders, fake);
  const { client } = first;
  const old = await finishedJob(client, digest);
  const young = await finishedJob(client, digest);
  const oldCheck = await finishedJob(client, digest, 'check-1');
  const youngCheck = await finishedJob(client, digest, 'check-2');
  const alive = await finishedJob(client, digest);
  const running = await finishedJob(client, digest);
  await client.put(running.planId, running.plan);
  await waitUntil('the plan runs', () =>
    existsSync(join(folders.runs, running.jobId, 'runs', running.planId, 'commands/plan/pid')),
  );
  await first.end('SIGKILL');
  for (const job of [old, alive, running]) age(folders, job, 3 * hourMs);
  age(folders, young, hourMs);
  age(folders, oldCheck, 11 * minuteMs);
  age(folders, youngCheck, 9 * minuteMs);
  const [command = ''] = readdirSync(join(folders.runs, alive.jobId, 'runs', alive.runId, 'commands'));
  const own = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readFileSync('/proc/self/stat', 'utf8')}`;
  writeFileSync(join(folders.runs, alive.jobId, 'runs', alive.runId, 'commands', command, 'pid'), own);
  mkdirSync(join(folders.runs, 'deploy-without-runs'));
  utimesSync(join(folders.runs, 'deploy-without-runs'), 0, 0);

  await using second = await forkRunner(folders, { ...fake, RUNS_RETENTION_HOURS: '2' });
  const kept = [young, youngCheck, alive, running].map((job) => job.jobId).sort();
  await waitUntil('only what is kept is left', () => jobFolders(folders).join() === kept.join());
  await second.client.send('GET', `/runs/${old.runId}`).expect(404);
  expect((await second.client.get(running.planId)).status).toBe('running');
  await second.client.cancel(running.planId, 10);
  await second.client.finished(running.planId);
  expect(jobFolders(folders)).toStrictEqual(kept);
  await second.end('SIGTERM');
  await waitUntil('no process is left', () => processesIn(folders.root).length === 0);
});

test('copies of revisions unused for as long are pruned', async () => {
  using folders = makeFolders();
  const copies = join(folders.runs, '.revisions');
  for (const [name, ageMs] of [['old', 3 * hourMs] as const, ['young', hourMs] as const]) {
    mkdirSync(join(copies, name), { recursive: true });
    const usedAt = new Date(Date.now() - ageMs);
    utimesSync(join(copies, name), usedAt, usedAt);
  }
  await using _runner = await bootRunner(folders, { runsRetentionMs: 2 * hourMs });
  await waitUntil('the old copy is gone', () => !existsSync(join(copies, 'old')));
  expect(readdirSync(copies)).toStrictEqual(['young']);
});
