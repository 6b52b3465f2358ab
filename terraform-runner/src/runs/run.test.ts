import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Diagnostic, RunRequest } from '@deployment-engine/contracts';
import { cancel } from '../terminate/cancel.ts';
import { failRun } from '../terminate/failure.ts';
import { Run, type RunContext, runDirectory } from './run.ts';
import { loadRecord, newRecord, type RunRecord } from './run-record.ts';

const request = {
  kind: 'plan',
  jobId: 'deploy-1',
  projectId: 'p',
  rootModule: '.',
  environment: {},
} as unknown as RunRequest;

/** A run of its own folder; `more` is what an earlier runner has recorded. */
function open(t: TestContext, more: Partial<RunRecord> = {}) {
  const runsDir = mkdtempSync(join(tmpdir(), 'run-'));
  t.after(() => rmSync(runsDir, { recursive: true, force: true }));
  const directory = runDirectory(runsDir, 'deploy-1', 'r');
  mkdirSync(directory, { recursive: true });
  const context = {
    config: { runsDir, maxLogBytes: 1e6 },
    logger: { error() {} },
  } as unknown as RunContext;
  const run = new Run(context, { ...newRecord('r', request), ...more });
  t.after(() => run.events.close());
  return { run, directory };
}

test('the first cancel decides: later ones neither postpone the kill nor bring it forward', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1000 });
  const { run } = open(t);
  cancel(run, 60_000);
  const first = { kind: 'cancel', at: 1000, graceMs: 60_000 };
  assert.deepEqual(run.record.stop, first);
  for (const graceMs of [0, 600_000]) {
    t.mock.timers.tick(30_000);
    cancel(run, graceMs);
    failRun(run, 'the disk is full');
    assert.deepEqual(run.record.stop, first);
  }
  assert.equal(run.requestStop({ kind: 'cancel', at: 0, graceMs: 0 }), false);
});

test('a stop is on disk before the run is told to end', async (t) => {
  const { run, directory } = open(t);
  const told = new Promise<RunRecord | undefined>((resolve) =>
    run.stopping.signal.addEventListener('abort', () => resolve(loadRecord(directory))),
  );
  assert.equal(run.requestStop({ kind: 'timeout', at: 5, graceMs: 6, afterMs: 7 }), true);
  assert.equal(run.stopping.signal.aborted, false);
  assert.deepEqual((await told)?.stop, { kind: 'timeout', at: 5, graceMs: 6, afterMs: 7 });
});

test('a run that has ended cannot be stopped any more', (t) => {
  const { run } = open(t, { outcome: { kind: 'succeeded' } });
  assert.equal(run.running, false);
  assert.equal(run.requestStop({ kind: 'cancel', at: 1, graceMs: 1 }), false);
  assert.equal(run.record.stop, null);
  assert.equal(run.view().status, 'finished');
});

test('a run that was being stopped before its runner restarted still is', (t) => {
  const stop = { kind: 'cancel', at: 1, graceMs: 60_000 } as const;
  const { run } = open(t, { stop });
  assert.equal(run.stopping.signal.aborted, true);
  assert.equal(run.view().stopping, true);
  cancel(run, 0);
  assert.deepEqual(run.record.stop, stop);
  assert.equal(open(t).run.stopping.signal.aborted, false);
});

test('records are written one after the other, and the last content wins', async (t) => {
  const { run, directory } = open(t);
  const saves = Array.from({ length: 100 }, (_, index) => {
    run.record.finishedAt = `${index}`;
    return run.save();
  });
  await saves.at(-1);
  assert.equal(loadRecord(directory)?.finishedAt, '99');
  await Promise.all(saves);
  assert.equal(loadRecord(directory)?.finishedAt, '99', 'no earlier one was still on its way');
});

test('a record that cannot be written ends the run', async (t) => {
  const { run, directory } = open(t);
  rmSync(directory, { recursive: true, force: true });
  await run.save();
  assert.equal(run.record.stop?.kind, 'failure');
});

test('what is no news is the announced state, else the one the run began with', (t) => {
  const { run } = open(t, { baseStateSha256: 'base' });
  assert.equal(run.lastStateSha256, 'base');
  run.emit([{ type: 'state_changed', serial: 1, lineage: 'l', sha256: 'announced', bytes: 1 }]);
  assert.equal(run.lastStateSha256, 'announced');
  assert.equal(open(t).run.lastStateSha256, undefined);
});

test('the first error of each step is kept, with the first line of its detail', (t) => {
  const { run } = open(t);
  const report = (step: 'plan' | 'apply', severity: 'error' | 'warning', summary: string, detail = '') =>
    run.emit([
      {
        type: 'diagnostic',
        step,
        diagnostic: { severity, summary, detail } as Diagnostic,
      },
    ]);
  report('plan', 'warning', 'deprecated');
  assert.equal(run.firstError('plan'), undefined);
  report('plan', 'error', 'first', 'because\nof this');
  report('plan', 'error', 'second');
  report('apply', 'error', 'other');
  assert.equal(run.firstError('plan'), 'first: because');
  assert.equal(run.firstError('apply'), 'other');
});

test('an event that happens once is emitted once', (t) => {
  const { run } = open(t);
  run.emitOnce('a', { type: 'step_started', step: 'init' });
  run.emitOnce('a', { type: 'step_started', step: 'init' });
  assert.equal(run.events.lastSeq, 1);
  assert.equal(run.view().step, 'init');
});
