import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
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
function begin(
  t: TestContext,
  { graceMs, at = start, canInterrupt = () => true, identity = () => target }: Options,
) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: start });
  const sent: string[] = [];
  const since = () => Date.now() - start;
  const sequence = stopCommand({ kind: 'cancel', at, graceMs }, identity, '/bin/terraform', {
    interruptBelow(whom, executable) {
      assert.deepEqual([whom, executable], [target, '/bin/terraform']);
      if (canInterrupt()) sent.push(`interrupt ${since()}`);
      return canInterrupt();
    },
    killSession(whom) {
      assert.deepEqual(whom, target);
      if (!sent.some((what) => what.startsWith('kill'))) sent.push(`kill ${since()}`);
    },
  });
  t.after(() => sequence[Symbol.dispose]());
  // In steps of the poll: within one tick the mocked clock shows its end to every callback.
  const tick = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) t.mock.timers.tick(100);
  };
  return { sent, sequence, tick };
}

test('one interrupt comes at once, the second 5 s before the kill, the kill at the end of the grace', (t) => {
  const { sent, sequence, tick } = begin(t, { graceMs: 60_000 });
  assert.deepEqual(sent, ['interrupt 0']);
  tick(54_900);
  assert.deepEqual(sent, ['interrupt 0']);
  assert.equal(sequence.forced(), false, 'after one interrupt Terraform ends in its own order');
  tick(100);
  assert.deepEqual(sent, ['interrupt 0', 'interrupt 55000']);
  assert.equal(sequence.forced(), true);
  tick(4900);
  assert.equal(sent.length, 2);
  tick(100);
  assert.deepEqual(sent, ['interrupt 0', 'interrupt 55000', 'kill 60000']);
});

test('a short grace leaves four fifths of it before the second interrupt', (t) => {
  const { sent, tick } = begin(t, { graceMs: 10_000 });
  tick(20_000);
  assert.deepEqual(sent, ['interrupt 0', 'interrupt 8000', 'kill 10000']);
});

test('without a grace the command is killed at once, never interrupted', (t) => {
  const { sent, sequence } = begin(t, { graceMs: 0 });
  assert.deepEqual(sent, ['kill 0']);
  assert.equal(sequence.forced(), true);
});

test('a restarted runner goes on where the clock says: the grace does not begin again', (t) => {
  const { sent, tick } = begin(t, { graceMs: 60_000, at: start - 58_000 });
  tick(3000);
  assert.deepEqual(sent, ['interrupt 0', 'interrupt 100', 'kill 2000']);
});

test('an interrupt that reached nobody is sent again and is no reason for a second one', (t) => {
  let isRunning = false;
  const { sent, sequence, tick } = begin(t, { graceMs: 60_000, canInterrupt: () => isRunning });
  tick(200);
  assert.deepEqual(sent, []);
  isRunning = true;
  tick(1000);
  assert.deepEqual(sent, ['interrupt 300']);
  assert.equal(sequence.forced(), false);
});

test('a command that has not recorded its process yet is stopped once it has', (t) => {
  let known: ProcessIdentity | undefined;
  const { sent, tick } = begin(t, { graceMs: 10_000, identity: () => known });
  tick(500);
  assert.deepEqual(sent, []);
  known = target;
  tick(100);
  assert.deepEqual(sent, ['interrupt 600']);
});

test('nothing is sent once the command has ended', (t) => {
  const { sent, sequence, tick } = begin(t, { graceMs: 10_000 });
  sequence[Symbol.dispose]();
  tick(60_000);
  assert.deepEqual(sent, ['interrupt 0']);
});
