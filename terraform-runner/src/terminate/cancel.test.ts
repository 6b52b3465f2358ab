import { afterTest } from '../../../scripts/jest/after-test.ts';
import { cancel } from './cancel.ts';
import type { StopReason } from './stop-reason.ts';

test('a cancelled run is asked to stop now, with the given grace', () => {
  jest.useFakeTimers().setSystemTime(1_700_000_000_000);
  afterTest(() => jest.useRealTimers());
  const stops: StopReason[] = [];
  cancel({ requestStop: (reason) => stops.push(reason) > 0 }, 7);
  expect(stops).toStrictEqual([{ kind: 'cancel', at: 1_700_000_000_000, graceMs: 7 }]);
});
