import { Decimal } from 'decimal.js';
import { costDiff } from './cost-diff.ts';
import type { PricedResource } from './price-resource.ts';

type Costs = Record<string, number | null>;

function priced(costs: Costs): PricedResource[] {
  return Object.entries(costs).map(([name, cost]) => ({
    address: `aws_lb.${name}`,
    type: 'aws_lb',
    region: null,
    category: 'networking',
    status: 'priced',
    confidence: 'exact',
    components: [],
    assumptions: [],
    cost: cost === null ? null : new Decimal(cost),
  }));
}

function compare(before: Costs, after: Costs, rate = 1) {
  return costDiff(priced(before), priced(after), new Decimal(rate));
}

describe('a resource', () => {
  const entry = { address: 'aws_lb.a', type: 'aws_lb' };

  test.each<[string, Costs, Costs, object | undefined]>([
    ['added', {}, { a: 5 }, { change: 'added', before: 0, after: 5, difference: 5 }],
    ['removed', { a: 5 }, {}, { change: 'removed', before: 5, after: 0, difference: -5 }],
    ['changed', { a: 5 }, { a: 8 }, { change: 'changed', before: 5, after: 8, difference: 3 }],
    ['that became free', { a: 5 }, { a: 0 }, { change: 'changed', before: 5, after: 0, difference: -5 }],
    ['that no longer is free', { a: 0 }, { a: 5 }, { change: 'changed', before: 0, after: 5, difference: 5 }],
    [
      'added, of unknown cost',
      {},
      { a: null },
      { change: 'added', before: 0, after: null, difference: null },
    ],
    [
      'removed, of unknown cost',
      { a: null },
      {},
      { change: 'removed', before: null, after: 0, difference: null },
    ],
    [
      'whose cost became known',
      { a: null },
      { a: 5 },
      { change: 'changed', before: null, after: 5, difference: null },
    ],
    [
      'whose cost became unknown',
      { a: 5 },
      { a: null },
      { change: 'changed', before: 5, after: null, difference: null },
    ],
    ['that costs the same', { a: 5 }, { a: 5 }, undefined],
    ['whose cost stays unknown', { a: null }, { a: null }, undefined],
    ['added, free', {}, { a: 0 }, undefined],
    ['removed, free', { a: 0 }, {}, undefined],
    ['that stays free', { a: 0 }, { a: 0 }, undefined],
  ])('%s', (_, before, after, expected) => {
    const { resources } = compare(before, after);
    expect(resources).toStrictEqual(expected === undefined ? [] : [{ ...entry, ...expected }]);
  });
});

describe('the whole difference', () => {
  test('counts unchanged resources too, and is converted once', () => {
    const { resources, ...sums } = compare({ a: 10, b: 20 }, { a: 10, b: 26 }, 0.5);
    expect(sums).toStrictEqual({ before: 15, after: 18, difference: 3, differencePercent: 20 });
    expect(resources.map(({ before, after, difference }) => [before, after, difference])).toStrictEqual([
      [10, 13, 3],
    ]);
  });

  test('has a percentage rounded to 4 places, and none if nothing was paid before', () => {
    expect(compare({ a: 3 }, { a: 4 }).differencePercent).toBe(33.3333);
    expect(compare({ a: 4 }, { a: 3 }).differencePercent).toBe(-25);
    expect(compare({ a: 0 }, { a: 4 }).differencePercent).toBeNull();
  });

  test('lists the largest increase first and the largest saving last, unknown ones between them', () => {
    const { resources } = compare({ saved: 9, less: 2 }, { less: 1, more: 3, unknown: null, most: 7 });
    expect(resources.map(({ address }) => address.slice('aws_lb.'.length))).toStrictEqual([
      'most',
      'more',
      'unknown',
      'less',
      'saved',
    ]);
  });
});
