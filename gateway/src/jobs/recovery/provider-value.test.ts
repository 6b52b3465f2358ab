import { Encoder, ExtData } from '@msgpack/msgpack';
import { msgpack } from './journal-fixture.ts';
import { attributesOf } from './provider-value.ts';

test('an object has the same form as in the state file', () => {
  const value = { id: 'a', list: [1, null], nested: { on: true }, size: 2.5 };
  expect(attributesOf(msgpack(value))).toStrictEqual(value);
  expect(attributesOf({ encoding: 'json', data: JSON.stringify(value) })).toStrictEqual(value);
});

test('unknown values are left out, and a value that is not an object gives none', () => {
  const data = new Encoder().encode({ id: new ExtData(0, new Uint8Array([0])), name: 'a' });
  expect(attributesOf({ encoding: 'msgpack', data: Buffer.from(data).toString('base64') })).toStrictEqual({
    name: 'a',
  });
  expect(attributesOf(msgpack('text'))).toBe(undefined);
  expect(attributesOf(null)).toBe(undefined);
});

test('numbers too large for JavaScript keep every digit', () => {
  const data = new Encoder({ useBigInt64: true }).encode({ big: 9007199254740993n, small: 5n });
  const value = attributesOf({ encoding: 'msgpack', data: Buffer.from(data).toString('base64') });
  expect(value).toStrictEqual({ big: '9007199254740993', small: 5 });
});

test('a value of dynamic type includes its type', () => {
  const value = { any: [new TextEncoder().encode('"string"'), 'x'] };
  expect(attributesOf(msgpack(value))).toStrictEqual({ any: { value: 'x', type: 'string' } });
});

test.each([
  ['unknown', 0],
  ['unknown within bounds', 12],
])('an attribute that is %s is left out at any depth', (_, type) => {
  const unknown = new ExtData(type, new Uint8Array([0]));
  const data = new Encoder().encode({
    a: unknown,
    block: { b: unknown, c: 1 },
    list: [{ d: unknown, e: null }],
  });
  expect(attributesOf({ encoding: 'msgpack', data: Buffer.from(data).toString('base64') })).toStrictEqual({
    block: { c: 1 },
    list: [{ e: null }],
  });
});

test.each(['[1]', 'null', '"text"', '5'])('%s is not an object', (text) => {
  expect(attributesOf({ encoding: 'json', data: text })).toBeUndefined();
  expect(attributesOf(msgpack(JSON.parse(text)))).toBeUndefined();
});

test.each([
  [9007199254740991n, 9007199254740991],
  [9007199254740992n, '9007199254740992'],
  [-9007199254740993n, '-9007199254740993'],
  [-5n, -5],
])('the number %s keeps every digit', (value, expected) => {
  const data = new Encoder({ useBigInt64: true }).encode({ value });
  const attributes = attributesOf({ encoding: 'msgpack', data: Buffer.from(data).toString('base64') });
  expect(attributes).toStrictEqual({ value: expected });
});

test('a pair is a value of dynamic type only if it starts with one', () => {
  const bytes = new TextEncoder().encode('"string"');
  expect(attributesOf(msgpack({ pair: ['a', 'b'], one: [bytes], three: [bytes, 'x', 'y'] }))).toStrictEqual({
    pair: ['a', 'b'],
    one: ['"string"'],
    three: ['"string"', 'x', 'y'],
  });
});

test('the value of dynamic type is converted, too', () => {
  const bytes = new TextEncoder().encode('["list","string"]');
  expect(attributesOf(msgpack({ any: [bytes, [{ text: new TextEncoder().encode('t') }]] }))).toStrictEqual({
    any: { value: [{ text: 't' }], type: ['list', 'string'] },
  });
});
