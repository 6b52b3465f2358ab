import { Decimal } from 'decimal.js';
import { amount, total } from './amounts.ts';

test.each([
  ['0', '0.9', 0],
  ['10', '1', 10],
  ['10', '0.9', 9],
  ['1', '0.5', 0.5],
  ['0.123456785', '1', 0.12345679],
  ['0.333333333', '3', 1],
  ['-3.65', '2', -7.3],
])('%s USD at a rate of %s are %d', (value, rate, expected) => {
  expect(amount(new Decimal(value), new Decimal(rate))).toBe(expected);
});

test.each([
  [[], 0],
  [[null, null], 0],
  [['0.1', '0.2'], 0.3],
  [['5', null, '0', '7', '0'], 12],
  [['0', '4'], 4],
  [['3', '-3', '2'], 2],
])('%j sum to %d, without those that are unknown', (costs, expected) => {
  const resources = costs.map((cost) => ({ cost: cost === null ? null : new Decimal(cost) }));
  expect(total(resources).toNumber()).toBe(expected);
});
