import { outsideError, placeOf } from './outside.ts';

test('a request that is broken off says whether its time was over or the gateway stopped', () => {
  const timeout = AbortSignal.abort(new DOMException('its time is over', 'TimeoutError'));
  const reasonOf = (signal: AbortSignal) =>
    outsideError(new Error('aborted'), AbortSignal.any([signal])).message;
  expect(reasonOf(timeout)).toBe('it took longer than the time limit');
  expect(reasonOf(AbortSignal.abort())).toBe('the gateway stopped in the middle');
});

test.each([
  ['https://[::1]/x', '::1:443'],
  ['http://[::ffff:127.0.0.1]:80/x', '127.0.0.1:80'],
  ['http://main.example.org:8080/', 'main.example.org:8080'],
])('the place of %s is %s', (url, place) => {
  expect(placeOf(new URL(url))).toBe(place);
});
