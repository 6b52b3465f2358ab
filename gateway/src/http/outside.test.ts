import { outsideError } from './outside.ts';

test('a request that is broken off says whether its time was over or the gateway stopped', () => {
  const timeout = AbortSignal.abort(new DOMException('its time is over', 'TimeoutError'));
  const reasonOf = (signal: AbortSignal) =>
    outsideError(new Error('aborted'), AbortSignal.any([signal])).message;
  expect(reasonOf(timeout)).toBe('it took longer than the time limit');
  expect(reasonOf(AbortSignal.abort())).toBe('the gateway stopped in the middle');
});
