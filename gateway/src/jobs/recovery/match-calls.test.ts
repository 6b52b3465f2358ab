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

test('more values with the key outweigh fewer, wherever the creation is listed', () => {
  const keyed = (key: string | number) => creation(`s[${key}]`, {}, { key });
  const named = call({ name: 'n-1', zone: 'zone-0', label: 'l-1' });
  expect(addresses([named], [keyed(0), keyed(1)])).toStrictEqual(['s[1]']);
  expect(addresses([named], [keyed(1), keyed(0)])).toStrictEqual(['s[1]']);
});

test('a creation without a key is not preferred for the word null', () => {
  const creations = [creation('s[0]', {}, { key: 0 }), creation('s', {})];
  expect(addresses([call({ name: 'null' })], creations)).toStrictEqual(['s[0]']);
});

test('a key is found in nested values, and a value that is undefined has none', () => {
  const creations = [creation('s[a]', {}, { key: 'a' }), creation('s[b]', {}, { key: 'b' })];
  expect(addresses([call({ tags: [{ Name: 'n-b' }], id: undefined })], creations)).toStrictEqual(['s[b]']);
});

test.each([
  ['a list and an object', ['x'], { 0: 'x' }],
  ['a value and null', { a: null }, { a: 'x' }],
  ['a list and a shorter one', ['x', 'x'], ['x']],
  ['a number and its text', 1, '1'],
])('%s are not equal', (_, planned, value) => {
  expect(addresses([call({ value: planned })], [creation('a', { value })])).toStrictEqual([undefined]);
});

test('calls without a fitting creation do not stop the others', () => {
  const calls = [call({ name: 'x' }), call({ name: 'y' }), call({ name: 'z' })];
  expect(addresses(calls, [creation('z', { name: 'z' })])).toStrictEqual([undefined, undefined, 'z']);
});
