const maxLineLength = 16_384;

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is removed
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
/** C0 and C1 controls but newline and tab, bidirectional overrides, and line separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text without anything that moves a cursor, colours, or forges a line. Tabs become spaces. */
export function plainText(text: string): string {
  return sourceText(text).replaceAll('\t', '  ');
}

/** The same, with its tabs: columns of code count them as one character. */
export function sourceText(text: string): string {
  return text.replace(escapeSequences, '').replace(controls, '');
}

/** The text's lines that are not empty, cut to a sane length. */
export function plainLines(text: string): string[] {
  return plainText(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line));
}
