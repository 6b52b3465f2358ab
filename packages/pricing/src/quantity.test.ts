import { Decimal } from 'decimal.js';
import {
  above,
  asQuantity,
  assumed,
  combine,
  exactly,
  product,
  sum,
  unknownQuantity,
  weakest,
} from './quantity.ts';

const plain = ({ value, ...rest }: ReturnType<typeof exactly>) => ({
  value: value?.toNumber() ?? null,
  ...rest,
});

describe('a figure', () => {
  test.each([
    ['a number', 3],
    ['a text', '3'],
    ['a decimal', new Decimal(3)],
    ['a quantity', exactly(3)],
  ])('given as %s is exact', (_, value) => {
    expect(plain(asQuantity(value))).toStrictEqual({ value: 3, confidence: 'exact', note: null });
  });

  test('keeps its own value beside others of the same kind', () => {
    expect([1, 2, 1, 2].map((value) => asQuantity(value).value?.toNumber())).toStrictEqual([1, 2, 1, 2]);
    const manyFigures = Array.from({ length: 1100 }, (_, index) => 10_000 + index);
    expect(manyFigures.map((value) => asQuantity(value).value?.toNumber())).toStrictEqual(manyFigures);
  });

  test('keeps the confidence and the note of a quantity', () => {
    const guess = assumed(5, 'a guess');
    expect(asQuantity(guess)).toBe(guess);
  });
});

describe('a product', () => {
  test.each([
    ['of nothing', [], 1],
    ['of one', [7], 7],
    ['of two', [2, 3], 6],
    ['of many', [2, 3, 4], 24],
    ['with 1 first', [1, 5], 5],
    ['with 1 in the middle', [5, 1, 3], 15],
    ['with 1 last', [5, 3, 1], 15],
    ['of fractions', [0.1, 0.2], 0.02],
    ['with 0', [5, 0, 1], 0],
  ])('%s is exact', (_, factors, expected) => {
    expect(plain(product(...factors))).toStrictEqual({ value: expected, confidence: 'exact', note: null });
  });
});

describe('combined quantities', () => {
  test('are as weak as the weakest, wherever it is', () => {
    const derived = { ...exactly(2), confidence: 'derived' as const };
    const guess = assumed(3, 'a guess');
    for (const list of [
      [guess, derived, 4],
      [derived, 4, guess],
      [4, guess, derived],
    ]) {
      expect(plain(product(...list))).toStrictEqual({ value: 24, confidence: 'assumed', note: 'a guess' });
    }
    expect(product(derived, 4).confidence).toBe('derived');
  });

  test('are unknown if one is, for the reason of the first unknown one', () => {
    const apply = jest.fn(() => new Decimal(0));
    const result = combine(
      [assumed(1, 'a guess'), unknownQuantity('no size'), unknownQuantity('no type')],
      apply,
    );
    expect(result).toStrictEqual({ value: null, confidence: 'unknown', note: 'no size' });
    expect(apply).not.toHaveBeenCalled();
  });

  test('list different notes in order, and a repeated note once', () => {
    expect(sum(assumed(1, 'first'), assumed(1, 'first')).note).toBe('first');
    expect(sum(assumed(1, 'first'), 5, assumed(2, 'second')).note).toBe('first; second');
  });
});

test('a sum adds without the errors of binary fractions', () => {
  expect(sum(0.1, 0.2, '0.3').value?.toNumber()).toBe(0.6);
  expect(sum().value?.toNumber()).toBe(0);
});

test.each([
  [100, 125, 0],
  [125, 125, 0],
  [250, 125, 125],
])('%d with %d included leaves %d to pay', (value, included, expected) => {
  expect(above(exactly(value), included).value?.toNumber()).toBe(expected);
});

test('the weakest of no confidences is exact', () => {
  expect(weakest([])).toBe('exact');
  expect(weakest(['derived', 'assumed', 'exact'])).toBe('assumed');
  expect(weakest(['assumed', 'unknown', 'derived'])).toBe('unknown');
});
