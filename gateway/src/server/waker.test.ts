import { Waker } from './waker.ts';

/** Work that lasts until it is told to end. */
function slowWork() {
  const turns: { end(error?: Error): void }[] = [];
  const work = () =>
    new Promise<void>((resolve, reject) => {
      turns.push({ end: (error) => (error ? reject(error) : resolve()) });
    });
  return { turns, work };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('woken in the middle, the work is done once more, however often it was woken', async () => {
  const { turns, work } = slowWork();
  const waker = new Waker(work, () => {});
  for (const _again of [1, 2, 3]) waker.wake();
  expect(turns).toHaveLength(1);
  turns[0]?.end();
  await settled();
  expect(turns).toHaveLength(2);
  turns[1]?.end();
  await settled();
  expect(turns).toHaveLength(2);
});

test('an error is told and ends only its turn', async () => {
  const { turns, work } = slowWork();
  const errors: unknown[] = [];
  const waker = new Waker(work, (error) => errors.push(error));
  waker.wake();
  const error = new Error('a test');
  turns[0]?.end(error);
  await settled();
  expect(errors).toStrictEqual([error]);
  waker.wake();
  expect(turns).toHaveLength(2);
});

test('the end waits for the turn that is being done, and no other one begins', async () => {
  const { turns, work } = slowWork();
  const again: string[] = [];
  const waker = new Waker(
    work,
    () => {},
    () => again.push('again'),
  );
  waker.wake();
  waker.wake();
  let hasEnded = false;
  const ending = waker[Symbol.asyncDispose]().then(() => {
    hasEnded = true;
  });
  await settled();
  expect(hasEnded).toBe(false);
  turns[0]?.end();
  await ending;
  expect(again).toStrictEqual(['again']);
  waker.wake();
  expect(turns).toHaveLength(1);
});
