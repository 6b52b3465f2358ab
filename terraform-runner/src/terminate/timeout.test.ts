import { afterTest } from '../../../scripts/jest/after-test.ts';
import type { StopReason } from './stop-reason.ts';
import { limitTime } from './timeout.ts';

const now = 1_700_000_000_000;

/** Limits a run that began `ago` before now; records when it is asked to stop. */
function limited(ago: number, limitMs: number) {
  jest.useFakeTimers().setSystemTime(now);
  afterTest(() => jest.useRealTimers());
  const stops: StopReason[] = [];
  const requestStop = (reason: StopReason) => stops.push(reason) > 0;
  const limit = limitTime({ requestStop }, { startedAt: now - ago, limitMs, graceMs: 7 });
  return { stops, limit, tick: (ms: number) => jest.advanceTimersByTime(ms) };
}

test('a run is stopped when its time is over, and not before', () => {
  const { stops, tick } = limited(0, 10_000);
  tick(9999);
  expect(stops).toStrictEqual([]);
  tick(1);
  expect(stops).toStrictEqual([{ kind: 'timeout', at: now + 10_000, graceMs: 7, afterMs: 10_000 }]);
});

test('the time counts from the start of the run, not from that of the runner', () => {
  const { stops, tick } = limited(6000, 10_000);
  tick(3999);
  expect(stops).toStrictEqual([]);
  tick(1);
  expect(stops).toStrictEqual([{ kind: 'timeout', at: now + 4000, graceMs: 7, afterMs: 10_000 }]);
});

test('a run whose time was over while no runner was there is stopped at once', () => {
  const { stops, tick } = limited(3_600_000, 10_000);
  tick(1);
  expect(stops.length).toBe(1);
});

test('a limit beyond what a timer can hold does not stop the run at once', () => {
  const { stops, tick } = limited(0, 2 ** 40);
  tick(60_000);
  expect(stops).toStrictEqual([]);
});

test('a run that has ended is not stopped', () => {
  const { stops, limit, tick } = limited(0, 10_000);
  limit[Symbol.dispose]();
  tick(20_000);
  expect(stops).toStrictEqual([]);
});
