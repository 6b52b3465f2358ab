import { fingerprintOf, Repetitions } from './repetitions.ts';

const problem = { code: 'unsupported_argument', file: 'main.tf', line: 3, summary: 'Unsupported argument' };

test('the third equal answer is called a repetition, and each one after it', () => {
  const repetitions = new Repetitions();
  const told = [1, 2, 3, 4].map(() => repetitions.count('ada', ['a', 'a', 'b']).map(({ times }) => times));
  expect(told).toStrictEqual([[], [], [3, 3], [4, 4]]);
});

test('the same occasion is counted once, until another one comes between', () => {
  const repetitions = new Repetitions();
  const told = ['1', '1', '1', '2', '2', '3'].map((job) => repetitions.count('ada', ['a'], job).length);
  expect(told).toStrictEqual([0, 0, 0, 0, 0, 1]);
});

test('callers are counted by themselves, whatever their names are', () => {
  const repetitions = new Repetitions();
  for (const caller of ['ada', 'ada\nx', 'bob']) repetitions.count(caller, ['x']);
  expect(repetitions.count('ada', ['x'])).toStrictEqual([]);
});

test('a fingerprint stays when the column moves, and changes with the line, the code and the project', () => {
  const same = fingerprintOf('shop', problem);
  expect(fingerprintOf('shop', { ...problem, ...{ column: 9 } })).toBe(same);
  const others = [
    fingerprintOf('shop', { ...problem, line: 4 }),
    fingerprintOf('shop', { ...problem, code: 'other' }),
    fingerprintOf('blog', problem),
  ];
  expect(new Set([same, ...others]).size).toBe(4);
});
