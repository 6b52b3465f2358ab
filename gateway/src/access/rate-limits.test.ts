import type { Response } from 'express';
import type { AccessConfig } from './access-config.ts';
import { addressKey, RateLimits } from './rate-limits.ts';

const limited = (callsPerMinute: number | undefined, authFailuresPerMinute = 2) =>
  new RateLimits({ callsPerMinute, authFailuresPerMinute } as AccessConfig);

function answer() {
  const headers: Record<string, string> = {};
  const setHeader = (name: string, value: string) => {
    headers[name] = value;
  };
  return { headers, response: { setHeader } as unknown as Response };
}

test('a caller is refused after its number of calls, and is told when to retry', async () => {
  const limits = limited(2);
  const { headers, response } = answer();
  await limits.countCall('a', response);
  await limits.countCall('a', response);
  expect(headers).toStrictEqual({});
  await expect(limits.countCall('a', response)).rejects.toMatchObject({ code: 'rate_limited' });
  expect(Number(headers['retry-after'])).toBeGreaterThan(1);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  await limits.countCall('b', response);
});

test('without a limit no call is refused', async () => {
  const limits = limited(undefined);
  const { headers, response } = answer();
  for (let index = 0; index < 5; index += 1) await limits.countCall('a', response);
  expect(headers).toStrictEqual({});
});

test('an address is refused once it has sent the number of wrong credentials', async () => {
  const limits = limited(undefined);
  const { headers, response } = answer();
  await limits.requirePatience('10.0.0.1', response);
  await limits.countFailure('10.0.0.1');
  await limits.requirePatience('10.0.0.1', response);
  await limits.countFailure('10.0.0.1');
  expect(headers).toStrictEqual({});
  await expect(limits.requirePatience('10.0.0.1', response)).rejects.toMatchObject({ code: 'rate_limited' });
  expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  await limits.requirePatience('10.0.0.2', response);
});

test.each([
  [undefined, 'unknown'],
  ['', 'unknown'],
  ['127.0.0.1', '127.0.0.1'],
  ['a-socket', 'a-socket'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::FFFF:10.20.30.40', '10.20.30.40'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8::ffff:10.0.0.1', '2001:db8:0:0::/64'],
  ['2001:db8::2:3:4:5:6', '2001:db8:0:2::/64'],
  ['2001:db8:1::', '2001:db8:1:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::2:3:4:5:6:7', '0:0:2:3::/64'],
])('calls from %s are counted under %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});
