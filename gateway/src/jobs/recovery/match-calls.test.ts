import assert from 'node:assert/strict';
import type { JournalCall } from './journal-calls.ts';
import { awsProvider } from './journal-fixture.ts';
import { matchCalls } from './match-calls.ts';
import type { PlannedCreation } from './planned-creations.ts';

const creation = (address: string, values: Record<string, unknown>, more: Partial<PlannedCreation> = {}) =>
  ({ address, type: 'aws_subnet', provider: awsProvider, key: null, values, ...more }) as PlannedCreation;
const call = (planned: Record<string, unknown>, more: Partial<JournalCall> = {}) =>
  ({ type: 'aws_subnet', provider: awsProvider, action: 'create', planned, ...more }) as JournalCall;

/** Returns the address that each call was matched with. */
function addresses(calls: JournalCall[], creations: PlannedCreation[]) {
  const matches = matchCalls(calls, creations);
  return calls.map((one) => matches.get(one)?.address);
}

test('a call matches only creations of its own type and provider', () => {
  const other = { provider: 'registry.example.org/own/aws' };
  const creations = [
    creation('aws_vpc.a', {}, { type: 'aws_vpc' }),
    creation('aws_subnet.b', {}, other),
    creation('aws_subnet.c', {}),
  ];
  expect(addresses([call({})], creations)).toStrictEqual(['aws_subnet.c']);
  expect(addresses([call({}, other)], creations)).toStrictEqual(['aws_subnet.b']);
  expect(addresses([call({}, { type: 'aws_subnets' })], creations)).toStrictEqual([undefined]);
});

test('every known value must match, also a nested one; an unset value need not', () => {
  const creations = [creation('a', { name: 'n', tags: { team: 'x' } }), creation('b', { name: null })];
  expect(addresses([call({ name: 'n', tags: { team: 'x' } })], creations)).toStrictEqual(['a']);
  expect(addresses([call({ name: 'n', tags: { team: 'y' } })], creations)).toStrictEqual(['b']);
  expect(addresses([call({ name: 'by default' })], creations.slice(1))).toStrictEqual(['b']);
  expect(addresses([call({})], creations.slice(0, 1))).toStrictEqual([undefined]);
});

test('the order of sets and attributes does not matter, at any depth', () => {
  const rules = [
    { port: 1, ranges: ['x', 'y'] },
    { port: 2, ranges: [] },
  ];
  const turned = [
    { ranges: [], port: 2 },
    { ranges: ['y', 'x'], port: 1 },
  ];
  expect(addresses([call({ rules: turned })], [creation('a', { rules })])).toStrictEqual(['a']);
  const others = [{ port: 1, ranges: ['x'] }, rules[1]];
  expect(addresses([call({ rules: others })], [creation('a', { rules })])).toStrictEqual([undefined]);
});

test('a creation matches one call only', () => {
  expect(addresses([call({}), call({})], [creation('a', {})])).toStrictEqual(['a', undefined]);
});

test('the call that fits the fewest creations is matched first', () => {
  const creations = [creation('any', {}), creation('named', { name: 'x' })];
  const calls = [call({ name: 'x' }), call({ name: 'other' })];
  expect(addresses(calls, creations)).toStrictEqual(['named', 'any']);
});

test('the key must be a whole word, and only values that the plan did not know count', () => {
  const keyed = (key: string | number, values = {}) => creation(`s[${key}]`, values, { key });
  expect(addresses([call({ name: 'n-11' })], [keyed(1), keyed(11)])).toStrictEqual(['s[11]']);
  expect(addresses([call({ name: 'n-b' })], [keyed('a'), keyed('b')])).toStrictEqual(['s[b]']);
  const known = { zone: 'zone-1' };
  const tied = [keyed(0, known), keyed(1, known)];
  assert.deepEqual(addresses([call(known)], tied), ['s[0]'], 'equal values do not decide');
  expect(addresses([call({ ...known, name: 'n-0' })], tied.toReversed())).toStrictEqual(['s[0]']);
});
