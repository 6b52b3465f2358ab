import { literalString, parseHcl } from '@deployment-engine/terraform-code';
import fc from 'fast-check';
import { hclText } from './hcl-text.ts';

const read = (code: string) => literalString(parseHcl(`a = ${code}\n`).attributes[0]?.value);

test.each(['${file("/etc/passwd")}', '$${a}', '%{ if true }', '%%{', '"\n}', '\\b\\', '\b\f\t\r', 'ü😀', ''])(
  'the text %j is read as it was written',
  (text) => {
    expect(read(hclText(text))).toBe(text);
  },
);

test('any text is read as it was written', () => {
  const piece = fc.constantFrom('$', '%', '{', '}', '\\', '"', '\n', 'a', '~', 'u0024');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      expect(read(hclText(pieces.join('')))).toBe(pieces.join(''));
    }),
  );
});
