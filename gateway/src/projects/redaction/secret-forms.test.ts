import { Redactor } from './redactor.ts';
import { secretForms } from './secret-forms.ts';

test('a secret of four digits is searched for in these spellings and no others', () => {
  expect([...secretForms('1234')].toSorted()).toStrictEqual(
    [
      ...['1234', '%31%32%33%34', '31323334', '31 32 33 34', '31:32:33:34'],
      ...['MTIzN', 'EyMz', 'xMjM0', 'MTIzNA=='],
    ].toSorted(),
  );
});

test('a secret that is not valid Unicode is searched for in every spelling but those of URLs', () => {
  const forms = [...secretForms('\ud800abc')];
  expect(forms).toContain('\ud800abc');
  expect(forms).toContain('77+9YWJj');
  for (const form of forms) expect(form).toMatch(/abc|61.?62.?63|YWJj|WFiY|1hYm/);
});

test('the encodings of a value of three characters are not searched for: they occur in other texts', () => {
  expect(secretForms('abc')).toStrictEqual(new Set());
  expect([...secretForms('abc\nlonger')]).not.toContain('616263');
});

test('a spelling of three characters is not searched for', () => {
  const redactor = new Redactor(['\u0007abc']);
  expect(redactor.redactText('abcdef \u0007abc')).toBe('abcdef (redacted)');
});

test('a line of a secret is redacted without its indentation', () => {
  expect(new Redactor(['key: |\n    abcdefgh\n    ijklmnop']).redactText('x abcdefgh y')).toBe(
    'x (redacted) y',
  );
});

/** Sixteen pieces of 1024 characters, each different. */
const wide = Array.from({ length: 16 }, (_, piece) => String.fromCharCode(97 + piece).repeat(1024)).join('');

test('a secret of 16,384 characters is redacted in every encoding, a longer one as it is', () => {
  const encoded = Buffer.from(wide).toString('base64');
  expect(new Redactor([wide]).redactText(encoded)).toBe('(redacted)');
  const longer = new Redactor([`${wide}wxyz`]);
  expect(longer.redactText(`${wide}wxyz`)).toBe('(redacted)');
  expect(longer.redactText(encoded)).toBe(encoded);
});

test('a part of a very long secret is redacted', () => {
  const redactor = new Redactor([`${wide}wxyz`]);
  expect(redactor.redactText(`x ${wide.slice(2048, 4096)} y`)).toBe('x (redacted) y');
  expect(redactor.redactText('x wxyz y')).toBe('x (redacted) y');
});

for (const rest of ['wxy', '  wx  ', '      '])
  test(`the last piece "${rest}" of a very long secret is too short to be redacted alone`, () => {
    const text = `before ${rest} after`;
    expect(new Redactor([`${wide}${rest}`]).redactText(text)).toBe(text);
  });
