import { discountOf } from './discounts.ts';

const type = 'aws_nat_gateway';

test.each([
  ['none', {}, 0],
  ['of another type', { aws_lb: 10 }, 0],
  ['of its category', { networking: 10, compute: 20 }, 10],
  ['of its type before its category', { networking: 10, [type]: 20 }, 20],
  ['of 0 for its type before a larger one for all', { [type]: 0, 'aws_*': 20 }, 0],
  ['of a prefix before its category', { networking: 10, 'aws_*': 20 }, 20],
  ['of 0 for a prefix before its category', { networking: 10, 'aws_*': 0 }, 0],
  ['of the longest prefix, listed first', { 'aws_nat_*': 30, 'aws_*': 20 }, 30],
  ['of the longest prefix, listed last', { 'aws_*': 20, 'aws_nat_*': 30 }, 30],
  ['of everything', { '*': 5 }, 5],
  ['of another prefix', { 'google_*': 30 }, 0],
  ['of a prefix without a star', { aws_: 30 }, 0],
  ['of a prefix that is in the middle', { 'nat_*': 30 }, 0],
])('the discount %s', (_, discounts, expected) => {
  expect(discountOf(discounts as Record<string, number>, type, 'networking')).toBe(expected);
});
