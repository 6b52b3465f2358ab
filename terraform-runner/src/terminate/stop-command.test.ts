import assert from 'node:assert/strict';
import { afterTest } from '../../../scripts/jest/after-test.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import { stopCommand } from './stop-command.ts';

const target: ProcessIdentity = { pid: 4711, startTicks: '1', bootId: 'b' };
const start = 1_700_000_000_000;

type Options = {
  graceMs: number;
  at?: number;
  canInterrupt?: () => boolean;
  identity?: () => ProcessIdentity | undefined;
};

/** Begins to stop a command at `start`, by a clock that the test moves; records what is sent and when. */
function begin({ graceMs, at = start, canInterrupt = () => true, identity = () => target }: Options) {
  jest.useFakeTimers().setSystemTime(start);
  afterTest(() => jest.useRealTimers());
  const sent: string[] = [];
  const since = () => Date.now() - start;
  const sequence = stopCommand({ kind: 'cancel', at, graceMs }, identity, '/bin/terraform', {
    interruptBelow(whom, executable) {
      expect([whom, executable]).toStrictEqual([target, '/bin/terraform']);
      if (canInterrupt()) sent.push(`interrupt ${since()}`);
      return canInterrupt();
    },
    killSession(whom) {
      expect(whom).toStrictEqual(target);
      if (!sent.some((what) => what.startsWith('kill'))) sent.push(`kill ${since()}`);
    },
  });
  afterTest(() => sequence[Symbol.dispose]());
  // In steps of the poll: within one tick the mocked clock shows its end to every callback.
  const tick = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) jest.advanceTimersByTime(100);
  };
  return { sent, sequence, tick };
}

test('one interrupt comes at once, the second 5 s before the kill, the kill at the end of the grace', () => {
  const { sent, sequence, tick } = begin({ graceMs: 60_000 });
  expect(sent).toStrictEqual(['interrupt 0']);
  tick(54_900);
  expect(sent).toStrictEqual(['interrupt 0']);
  assert.equal(sequence.forced(), false, 'after one interrupt Terraform ends in its own order');
  tick(100);
  expect(sent).toStrictEqual(['interrupt 0', 'interrupt 55000']);
  expect(sequence.forced()).toBe(true);
  tick(4900);
  expect(sent.length).toBe(2);
  tick(100);
  expect(sent).toStrictEqual(['interrupt 0', 'interrupt 55000', 'kill 60000']);
});

test('a short grace leaves four fifths of it before the second interrupt', () => {
  const { sent, tick } = begin({ graceMs: 10_000 });
  tick(20_000);
  expect(sent).toStrictEqual(['interrupt 0', 'interrupt 8000', 'kill 10000']);
});

test('without a grace the command is killed at once, never interrupted', () => {
  const { sent, sequence } = begin({ graceMs: 0 });
  expect(sent).toStrictEqual(['kill 0']);
  expect(sequence.forced()).toBe(true);
});

test('a restarted runner goes on where the clock says: the grace does not begin again', () => {
  const { sent, tick } = begin({ graceMs: 60_000, at: start - 58_000 });
  tick(3000);
  expect(sent).toStrictEqual(['interrupt 0', 'interrupt 100', 'kill 2000']);
});

test('an interrupt that reached nobody is sent again and is no reason for a second one', () => {
  let isRunning = false;
  const { sent, sequence, tick } = begin({ graceMs: 60_000, canInterrupt: () => isRunning });
  tick(200);
  expect(sent).toStrictEqual([]);
  isRunning = true;
  tick(1000);
  expect(sent).toStrictEqual(['interrupt 300']);
  expect(sequence.forced()).toBe(false);
});

test('a command that has not recorded its process yet is stopped once it has', () => {
  let known: ProcessIdentity | undefined;
  const { sent, tick } = begin({ graceMs: 10_000, identity: () => known });
  tick(500);
  expect(sent).toStrictEqual([]);
  known = target;
  tick(100);
  expect(sent).toStrictEqual(['interrupt 600']);
});

test('nothing is sent once the command has ended', () => {
  const { sent, sequence, tick } = begin({ graceMs: 10_000 });
  sequence[Symbol.dispose]();
  tick(60_000);
  expect(sent).toStrictEqual(['interrupt 0']);
});
