/** Escapes that JSON has and HCL lacks. */
const controls: Record<string, string> = { '\\b': '\\u0008', '\\f': '\\u000c' };

/** Writes a text as a quoted string of HCL that is exactly this text: nothing in it is code. */
export function hclText(text: string): string {
  return JSON.stringify(text)
    .replaceAll(/\\./g, (sequence) => controls[sequence] ?? sequence)
    .replaceAll('${', () => '\\u0024{')
    .replaceAll('%{', () => '\\u0025{');
}
