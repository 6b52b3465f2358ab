const maxLineLength = 16_384;

// biome-ignore lint/suspicious/noControlCharactersInRegex: removes escape sequences
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;
/** C0 and C1 controls except newline and tab, bidirectional overrides, and line separators. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: removes control characters
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Removes whatever moves a cursor, colours, or forges a line. Tabs become spaces. */
export function plainText(text: string): string {
  return sourceText(text).replaceAll('\t', '  ');
}

/** The same but keeps tabs: code columns count them as one character. */
export function sourceText(text: string): string {
  return text.replace(escapeSequences, '').replace(controls, '');
}

/** Returns the non-empty lines of the text, each truncated. */
export function plainLines(text: string): string[] {
  return plainText(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => (line.length > maxLineLength ? `${line.slice(0, maxLineLength)}…` : line));
}
