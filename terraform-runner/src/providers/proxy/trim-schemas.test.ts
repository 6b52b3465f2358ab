import assert from 'node:assert/strict';
import { namesIn, schemaMessage } from '../../../test/support/schema-message.ts';
import { trimSchemas } from './trim-schemas.ts';

const message = schemaMessage(['x_used', 'x_unused']);

test('only the types named in the text are left, and everything that is no type', () => {
  for (const text of [
    'resource "x_used" "a" {}',
    '{"type": "x_used"}',
    'resource x_used a {',
    'to = x_used.a',
  ]) {
    const trimmed = trimSchemas(message, text, false);
    expect(namesIn(trimmed)).toStrictEqual(['x_used']);
    expect(trimmed.readUInt32BE(1)).toBe(trimmed.length - 5);
    assert.ok(trimmed.includes('provider'));
  }
});

test('a type that does not exist leaves all, so that Terraform can suggest the right one', () => {
  expect(trimSchemas(message, 'resource "x_usde" "a" {}', false)).toBe(message);
});

test('a message that is not understood is left as it is', () => {
  for (const bytes of [[1, 0, 0, 0, 1, 1], [0, 0, 0, 0, 9, 18, 200], [0, 0, 0, 0, 2, 8, 1], []])
    expect(trimSchemas(Buffer.from(bytes), '', false)).toStrictEqual(Buffer.from(bytes));
});
