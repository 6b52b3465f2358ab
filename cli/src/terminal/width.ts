/** Characters that take two columns: East Asian wide and full-width ones, and emoji. Source: UAX #11. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const without = /\p{M}|[\u200b-\u200f]/u;

/** Returns the beginning of a text that fits into this many columns of a terminal. */
export function fitting(text: string, columns: number): string {
  let left = columns;
  let end = 0;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

function widthOf(character: string): number {
  if (without.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
