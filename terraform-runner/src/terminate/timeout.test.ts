import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { StopReason } from './stop-reason.ts';
import { limitTime } from './timeout.ts';

const now = 1_700_000_000_000;

/** Limits a run that began `ago` before now; records when it is asked to stop. */
function limited(t: TestContext, ago: number, limitMs: number) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now });
  const stops: StopReason[] = [];
  const requestStop = (reason: StopReason) => stops.push(reason) > 0;
  const limit = limitTime({ requestStop }, { startedAt: now - ago, limitMs, graceMs: 7 });
  return { stops, limit, tick: (ms: number) => t.mock.timers.tick(ms) };
}

test('a run is stopped when its time is over, and not before', (t) => {
  const { stops, tick } = limited(t, 0, 10_000);
  tick(9999);
  assert.deepEqual(stops, []);
  tick(1);
  assert.deepEqual(stops, [{ kind: 'timeout', at: now + 10_000, graceMs: 7, afterMs: 10_000 }]);
});

test('the time counts from the start of the run, not from that of the runner', (t) => {
  const { stops, tick } = limited(t, 6000, 10_000);
  tick(3999);
  assert.deepEqual(stops, []);
  tick(1);
  assert.deepEqual(stops, [{ kind: 'timeout', at: now + 4000, graceMs: 7, afterMs: 10_000 }]);
});

test('a run whose time was over while no runner was there is stopped at once', (t) => {
  const { stops, tick } = limited(t, 3_600_000, 10_000);
  tick(1);
  assert.equal(stops.length, 1);
});

test('a limit beyond what a timer can hold does not stop the run at once', (t) => {
  const { stops, tick } = limited(t, 0, 2 ** 40);
  tick(60_000);
  assert.deepEqual(stops, []);
});

test('a run that has ended is not stopped', (t) => {
  const { stops, limit, tick } = limited(t, 0, 10_000);
  limit[Symbol.dispose]();
  tick(20_000);
  assert.deepEqual(stops, []);
});
