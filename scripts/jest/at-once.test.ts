import { setImmediate as nextTurn } from 'node:timers/promises';
import { testAtOnce, testsAtOnce } from './at-once.ts';

const first = Promise.withResolvers<void>();
const second = Promise.withResolvers<void>();

testsAtOnce(false, {
  'a test can wait for what a later one does': async () => {
    first.resolve();
    await second.promise;
  },
  'and a later one for what an earlier one does': async () => {
    second.resolve();
    await first.promise;
  },
});

const oneAtATime = testAtOnce({ atMost: 1 });
const order: string[] = [];

oneAtATime('with a limit a test is ended', async () => {
  order.push('starts');
  await nextTurn();
  order.push('ends');
});
oneAtATime('before the next one starts', async () => {
  expect(order).toStrictEqual(['starts', 'ends']);
});
