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
