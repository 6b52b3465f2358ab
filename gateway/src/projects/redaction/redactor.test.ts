import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Redactor } from './redactor.ts';

const secret = 'p@ss/w"örd+1';
const cases = Number(process.env.FUZZ_CASES ?? 200);

const spellings: Record<string, string> = {
  'as it is': secret,
  'in JSON': JSON.stringify({ a: secret }),
  'in JSON inside JSON': JSON.stringify(JSON.stringify({ a: secret })),
  'in a URL': `https://x/?a=${encodeURIComponent(secret)}`,
  'in a URL in lower case': encodeURIComponent(secret).replace(/%../g, (byte) => byte.toLowerCase()),
  'in a form': new URLSearchParams({ a: secret }).toString(),
  'in base64': Buffer.from(secret).toString('base64'),
  'in base64 at offset 1': Buffer.from(`x${secret}yz`).toString('base64'),
  'in base64 at offset 2': Buffer.from(`ab${secret}y`).toString('base64'),
  'in base64url': Buffer.from(`user:${secret}`).toString('base64url'),
  'in hex': Buffer.from(secret).toString('hex'),
  'in capital hex': Buffer.from(secret).toString('hex').toUpperCase(),
  'with every byte escaped': [...Buffer.from(secret)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
    .join(''),
};
for (const [name, text] of Object.entries(spellings))
  test(`a secret ${name} is redacted`, () => {
    const redacted = new Redactor([secret]).redactText(`before ${text} after`);
    expect(redacted).toMatch(/^before .*\(redacted\).* after$/);
    expect(redacted).not.toContain(text);
  });

const base64 = (text: string) => Buffer.from(text).toString('base64');
const hexOf = (text: string) => Buffer.from(text).toString('hex');
const wide = 'v'.repeat(1000);
/** Spellings of a secret that cannot be derived from its other spellings. */
const written: [place: string, secret: string, text: string][] = [
  ['without the spaces around it', '  padded-secret ', 'padded-secret'],
  ['in base64 without the lines around it', '\none\ntwo-two\n', base64('one\ntwo-two')],
  ['in JSON of Go', 'a<b&c>d', 'a\\u003cb\\u0026c\\u003ed'],
  ['in ASCII-only JSON', 'schlüssel', 'schl\\u00fcssel'],
  ['in a template of Terraform', 'a${b}%{c}', 'a$${b}%%{c}'],
  ['in shell quotes', "it's-secret", "it'\\''s-secret"],
  ['in HTML with numeric entities', `a<b>"c'&d`, 'a&#60;b&#62;&#34;c&#39;&#38;d'],
  ['in HTML with named entities', 'a<b>"c&d', 'a&lt;b&gt;&quot;c&amp;d'],
  ['in a log without control characters', 'ab\u0007cd\u009bef', 'abcdef'],
  ['in a strict URL', "a!b'c (d)*e", 'a%21b%27c%20%28d%29%2Ae'],
  ['in a whole URL', 'a/b c?d', 'a/b%20c?d'],
  ['in a form', 'a b/c', 'a+b%2Fc'],
  ['in a URL inside a URL', 'a b/c', 'a%2520b%252Fc'],
  ['in hex with spaces', 'secret', '73 65 63 72 65 74'],
  ['in hex with colons', 'secret', '73:65:63:72:65:74'],
  ['in capital hex with colons', 'k~l~m', '6B:7E:6C:7E:6D'],
  ['in base64url at an offset', 'ü~~ü~~ü', Buffer.from('xyü~~ü~~ü.').toString('base64url')],
  ['in hex, of a thousand characters', wide, hexOf(wide)],
  ['in base64, of a thousand characters', wide, base64(`x${wide}`)],
];
for (const [place, value, text] of written)
  test(`a secret ${place} is redacted there`, () => {
    expect(value).not.toBe(text);
    const redacted = new Redactor([value]).redactText(`before ${text} after`);
    expect(redacted).toMatch(/^before .{0,4}\(redacted\).{0,4} after$/);
  });

test('each line of a secret of several lines is redacted', () => {
  const key = '-----BEGIN KEY-----\nabcdefgh\nijklmnop\n-----END KEY-----\n';
  const redacted = new Redactor([key]).redactText(`x\n  abcdefgh\n${JSON.stringify(key)}`);
  assert.ok(!/abcdefgh|ijklmnop/.test(redacted));
});

test('overlapping secrets are redacted whole', () => {
  expect(new Redactor(['abcdef', 'defghi']).redactText('abcdefghi')).toBe('(redacted)');
});

test('a secret inside a longer one does not prevent the longer one’s redaction', () => {
  expect(new Redactor(['pass', 'password1']).redactText('x password1 y')).toBe('x (redacted) y');
});

test('the longer of overlapping secrets is redacted whole, wherever the shorter one occurs in it', () => {
  const long = 'abcdefghijklmnop';
  for (let from = 0; from + 5 <= long.length; from += 1)
    for (const secrets of [
      [long, long.slice(from, from + 5)],
      [long.slice(from, from + 5), long],
    ])
      expect(new Redactor(secrets).redactText(`x ${long} y`)).toBe('x (redacted) y');
  const nested = new Redactor([long, 'cdefg', 'defghijk', 'ijklmnopqrs']);
  expect(nested.redactText(`x ${long}qrstu y`)).toBe('x (redacted)tu y');
  expect(nested.redactText(`${long}\n${long}`)).toBe('(redacted)\n(redacted)');
});

test('a longer secret is redacted whole even if it contains a short one', () => {
  const long = 'key="abc";and the rest';
  for (const secrets of [
    ['abc', long],
    [long, 'abc'],
  ])
    expect(new Redactor(secrets).redactText(`x ${long} y`)).toBe('x (redacted) y');
  expect(new Redactor(['abc', '="ab']).redactText('a="abc"')).toBe('a(redacted)"');
});

test('short and long secrets in one text are redacted, and the text between them is kept', () => {
  const redactor = new Redactor(['abc', 'long-secret']);
  expect(redactor.redactText('a="abc" long-secret b="abc"')).toBe('a="(redacted)" (redacted) b="(redacted)"');
});

test('a short value is redacted only where it is a whole value', () => {
  const redactor = new Redactor(['abc']);
  expect(redactor.redactText('pin = abc, "abc" but abcdef and dabc')).toBe(
    'pin = (redacted), "(redacted)" but abcdef and dabc',
  );
  expect(redactor.redactJson({ pin: 'abc', text: 'abcdef' })).toStrictEqual({
    pin: '(redacted)',
    text: 'abcdef',
  });
});

test('special characters in a short value match literally', () => {
  expect(new Redactor(['a.c']).redactText('"abc" "a.c"')).toBe('"abc" "(redacted)"');
  expect(
    new Redactor(['(a', '*', 'b|']).redactText('x="(a" y="*" z="b|"').match(/\(redacted\)/g)?.length,
  ).toBe(3);
});

test('a short number that is a secret is redacted, and other numbers are kept', () => {
  expect(new Redactor(['123']).redactJson([123, 1234, 12])).toStrictEqual(['(redacted)', 1234, 12]);
  expect(new Redactor(['12345678']).redactJson(12345678n)).toStrictEqual('(redacted)');
});

test('a deeply nested value is redacted', () => {
  let value: unknown = 'the-secret';
  for (let depth = 0; depth < 300; depth += 1) value = depth % 2 ? [value] : { value };
  expect(JSON.stringify(new Redactor(['the-secret']).redactJson(value))).not.toContain('the-secret');
});

test('a value 200 levels deep is kept, and a deeper one is replaced whole', () => {
  const nested = (levels: number, wrap: (value: unknown) => unknown) => {
    let value: unknown = 'plain';
    for (let level = 0; level < levels; level += 1) value = wrap(value);
    return JSON.stringify(new Redactor(['the-secret']).redactJson(value));
  };
  for (const wrap of [(value: unknown) => [value], (value: unknown) => ({ value })]) {
    expect(nested(200, wrap)).toContain('plain');
    expect(nested(201, wrap)).not.toContain('plain');
    expect(nested(201, wrap)).toContain('(redacted)');
  }
});

test('booleans and absent values are kept', () => {
  const value = { yes: true, no: [false], absent: undefined };
  expect(new Redactor(['hunter22', 'abc']).redactJson(value)).toStrictEqual(value);
});

test('values by name are redacted', () => {
  expect(new Redactor(['hunter22']).redactValues({ a: 'x hunter22', b: 1 })).toStrictEqual({
    a: 'x (redacted)',
    b: 1,
  });
});

test('the text around a secret in a JSON string is kept, also if another secret is short', () => {
  const redactor = new Redactor(['abc', 'long-secret']);
  expect(redactor.redactJson(['x long-secret y', '=abc'])).toStrictEqual(['x (redacted) y', '=(redacted)']);
});

test('a short secret next to a long one is redacted together with it', () => {
  expect(new Redactor(['abc', 'key="']).redactText('key="abc"')).toBe('(redacted)"');
});

test('at most twenty thousand secrets are redacted', () => {
  const secrets = Array.from({ length: 20_001 }, (_, number) => number.toString(36).padStart(3, '0'));
  const redactor = new Redactor(secrets);
  expect(redactor.redactText(`"${secrets[0]}" "${secrets[19_999]}" "${secrets[20_000]}"`)).toBe(
    `"(redacted)" "(redacted)" "${secrets[20_000]}"`,
  );
});

test('empty and blank secrets change nothing', () => {
  expect(new Redactor(['', ' ', '      ']).redactText('a b       c')).toBe('a b       c');
});

test('each of a thousand secrets is redacted, also at the end of a text', () => {
  const secrets = Array.from({ length: 1000 }, (_, index) => String(index + 10_000).slice(1));
  const redactor = new Redactor(secrets);
  for (const secret of ['0000', '0500', '0999'])
    expect(redactor.redactText(`x ${secret}`)).toBe('x (redacted)');
});

test('keys, numbers and nested strings of a JSON value are redacted', () => {
  const redactor = new Redactor(['12345678', 'hunter22']);
  expect(redactor.redactJson({ hunter22: [12345678, { a: 'x hunter22' }], b: 1, c: null })).toStrictEqual({
    '(redacted)': ['(redacted)', { a: 'x (redacted)' }],
    b: 1,
    c: null,
  });
});

test('a line truncated inside a secret keeps no part of the secret', () => {
  const redactor = new Redactor(['needle-needle']);
  for (let kept = 3; kept < 13; kept++)
    expect(redactor.redactLine(`x ${'needle-needle'.slice(0, kept)}…`)).toBe('x (redacted)…');
  expect(redactor.redactLine('x needle')).toBe('x needle');
  expect(redactor.redactLine('needle-needle and more…')).toBe('(redacted) and more…');
});

test('a very long secret is redacted piece by piece', () => {
  const long = Array.from({ length: 5000 }, (_, i) => `line "${i}"`).join('\n');
  const redactor = new Redactor([long]);
  assert.ok(!/line/.test(redactor.redactText(`x ${long} y`)));
  assert.ok(!/line/.test(redactor.redactText(JSON.stringify(long))));
});

test('random secrets do not leak from random texts, even truncated ones', () => {
  const texts = fc.string({
    minLength: 6,
    maxLength: 40,
    unit: fc.constantFrom(...'ab"\\/+=%& é{$'.split('')),
  });
  fc.assert(
    fc.property(texts, fc.string({ unit: 'binary' }), fc.nat(1000), (value, noise, cut) => {
      fc.pre(value.trim().length >= 4);
      const redactor = new Redactor([value]);
      const encodings = [
        value,
        encodeURIComponent(value),
        Buffer.from(value).toString('base64'),
        JSON.stringify(value),
      ];
      const text = `${noise.replaceAll('\n', ' ')} ${encodings.join(' ')}`;
      const output = redactor.redactText(text);
      assert.ok(!output.includes(value.trim()), 'leaked');
      const kept = text.slice(0, cut % text.length);
      const line = redactor.redactLine(`${kept}…`);
      const rest = encodings.map((encoding) => encoding.slice(0, -1));
      assert.ok(
        !rest.some((part) => part.length > 4 && kept.endsWith(part) && line.endsWith(`${part}…`)),
        'cut',
      );
    }),
    { numRuns: cases },
  );
});
