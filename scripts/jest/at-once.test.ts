import { testsAtOnce } from './at-once.ts';

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
