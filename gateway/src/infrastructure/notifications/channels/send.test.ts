import { pauseOf } from './send.ts';

test.each([
  ['120', 120],
  ['99999999', 3600],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 60],
  ['Thu, 01 Jan 1970 00:00:00 GMT', undefined],
  ['-5', undefined],
  ['soon', undefined],
  [undefined, undefined],
])('Retry-After %s is a pause of %s seconds', (header, seconds) => {
  expect(pauseOf(header, 0)).toBe(seconds);
});
