import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Diagnostic } from '@deployment-engine/contracts';
import type { RunRequest } from '@deployment-engine/runner-api';
import { afterTest } from '../../../scripts/jest/after-test.ts';
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
function open(more: Partial<RunRecord> = {}) {
  const runsDir = mkdtempSync(join(tmpdir(), 'run-'));
  afterTest(() => rmSync(runsDir, { recursive: true, force: true }));
  const directory = runDirectory(runsDir, 'deploy-1', 'r');
  mkdirSync(directory, { recursive: true });
  const context = {
    config: { runsDir, maxLogBytes: 1e6 },
    logger: { error() {} },
  } as unknown as RunContext;
  const run = new Run(context, { ...newRecord('r', request), ...more });
  afterTest(() => run.events.close());
  return { run, directory };
}

test('the first cancel decides: later ones neither postpone the kill nor bring it forward', async () => {
  jest.useFakeTimers().setSystemTime(1000);
  afterTest(() => jest.useRealTimers());
  const { run } = open();
  cancel(run, 60_000);
  const first = { kind: 'cancel', at: 1000, graceMs: 60_000 };
  expect(run.record.stop).toStrictEqual(first);
  for (const graceMs of [0, 600_000]) {
    jest.advanceTimersByTime(30_000);
    cancel(run, graceMs);
    failRun(run, 'the disk is full');
    expect(run.record.stop).toStrictEqual(first);
  }
  expect(run.requestStop({ kind: 'cancel', at: 0, graceMs: 0 })).toBe(false);
});

test('a stop is on disk before the run is told to end', async () => {
  const { run, directory } = open();
  const told = new Promise<RunRecord | undefined>((resolve) =>
    run.stopping.signal.addEventListener('abort', () => resolve(loadRecord(directory))),
  );
  expect(run.requestStop({ kind: 'timeout', at: 5, graceMs: 6, afterMs: 7 })).toBe(true);
  expect(run.stopping.signal.aborted).toBe(false);
  expect((await told)?.stop).toStrictEqual({ kind: 'timeout', at: 5, graceMs: 6, afterMs: 7 });
});

test('a run that has ended cannot be stopped any more', () => {
  const { run } = open({ outcome: { kind: 'succeeded' } });
  expect(run.running).toBe(false);
  expect(run.requestStop({ kind: 'cancel', at: 1, graceMs: 1 })).toBe(false);
  expect(run.record.stop).toBe(null);
  expect(run.view().status).toBe('finished');
});

test('a run that was being stopped before its runner restarted still is', () => {
  const stop = { kind: 'cancel', at: 1, graceMs: 60_000 } as const;
  const { run } = open({ stop });
  expect(run.stopping.signal.aborted).toBe(true);
  expect(run.view().stopping).toBe(true);
  cancel(run, 0);
  expect(run.record.stop).toStrictEqual(stop);
  expect(open().run.stopping.signal.aborted).toBe(false);
});

test('records are written one after the other, and the last content wins', async () => {
  const { run, directory } = open();
  const saves = Array.from({ length: 100 }, (_, index) => {
    run.record.finishedAt = `${index}`;
    return run.save();
  });
  await saves.at(-1);
  expect(loadRecord(directory)?.finishedAt).toBe('99');
  await Promise.all(saves);
  assert.equal(loadRecord(directory)?.finishedAt, '99', 'no earlier one was still on its way');
});

test('a record that cannot be written ends the run', async () => {
  const { run, directory } = open();
  rmSync(directory, { recursive: true, force: true });
  await run.save();
  expect(run.record.stop?.kind).toBe('failure');
});

test('what is no news is the announced state, else the one the run began with', () => {
  const { run } = open({ baseStateSha256: 'base' });
  expect(run.lastStateSha256).toBe('base');
  run.emit([{ type: 'state_changed', serial: 1, lineage: 'l', sha256: 'announced', bytes: 1 }]);
  expect(run.lastStateSha256).toBe('announced');
  expect(open().run.lastStateSha256).toBe(undefined);
});

test('the first error of each step is kept, with the first line of its detail', () => {
  const { run } = open();
  const report = (step: 'plan' | 'apply', severity: 'error' | 'warning', summary: string, detail = '') =>
    run.emit([
      {
        type: 'diagnostic',
        step,
        diagnostic: { severity, summary, detail } as Diagnostic,
      },
    ]);
  report('plan', 'warning', 'deprecated');
  expect(run.firstError('plan')).toBe(undefined);
  report('plan', 'error', 'first', 'because\nof this');
  report('plan', 'error', 'second');
  report('apply', 'error', 'other');
  expect(run.firstError('plan')).toBe('first: because');
  expect(run.firstError('apply')).toBe('other');
});

test('an event that happens once is emitted once', () => {
  const { run } = open();
  run.emitOnce('a', { type: 'step_started', step: 'init' });
  run.emitOnce('a', { type: 'step_started', step: 'init' });
  expect(run.events.lastSeq).toBe(1);
  expect(run.view().step).toBe('init');
});
