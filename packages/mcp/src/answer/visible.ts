/**
 * Characters that a reader does not see, or that change the order of others: controls, zero-width and bidirectional
 * marks, variation selectors, line separators, and tag characters, in which whole sentences can be hidden.
 * Source: https://www.unicode.org/reports/tr36/
 */
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Writes what cannot be seen as its number, for example `\u{200b}`; line breaks and tabs stay. */
export function visible(text: string): string {
  return text.replace(hidden, (character) =>
    character === '\n' || character === '\t' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
