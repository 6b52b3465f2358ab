import { madeFrom } from './made-from.ts';

const version = { serial: 3, lineage: 'l' };

test.each([
  ['serial and lineage of the state are those of the plan', 3, 'l', version, true],
  ['the state has another serial', 2, 'l', version, false],
  ['the state has another lineage', 3, 'm', version, false],
  ['the plan was made without a state, and there is one', null, null, version, false],
  ['there is no state, and the plan was made without one', null, null, undefined, true],
  ['there is no state, and the plan was made from an empty one', 0, 'l', undefined, true],
  ['there is no state, and the plan was made from one', 3, 'l', undefined, false],
])('%s', (_name, stateSerial, stateLineage, given, expected) => {
  expect(madeFrom({ stateSerial, stateLineage }, given)).toBe(expected);
});
