/** Shorter values are too common in other text to be replaced wherever they occur. */
export const minSecretLength = 4;

/**
 * Every text in which a secret may show: as it is, line by line, and in the encodings that logs, URLs and JSON
 * bring along. Values below `minSecretLength` have none.
 */
export function secretForms(secret: string): Set<string> {
  const forms = new Set<string>();
  if (secret.length > maxEncodedLength) {
    for (const piece of pieces(secret)) for (const form of [piece, jsonText(piece)]) forms.add(form);
    return forms;
  }
  const lines = secret.split(/\r\n|\r|\n/).map((line) => line.trim());
  for (const text of new Set([secret, secret.trim(), ...lines])) {
    if (text.length < minSecretLength) continue;
    for (const form of [text, ...textEscapes(text), ...byteEncodings(text)])
      if (form.length >= minSecretLength) forms.add(form);
  }
  return forms;
}

/** A longer secret is looked for as it is and in JSON alone, piece by piece. */
const maxEncodedLength = 16_384;
const pieceLength = 1024;

function pieces(text: string): string[] {
  const count = Math.ceil(text.length / pieceLength);
  return Array.from({ length: count }, (_, index) =>
    text.slice(index * pieceLength).slice(0, pieceLength),
  ).filter((piece) => piece.trim().length >= minSecretLength);
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function textEscapes(text: string): string[] {
  const json = jsonText(text);
  return [
    json,
    jsonText(json),
    // Go's encoding/json, which Terraform uses, escapes these three as well.
    json.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
    asciiOnly(json, (code) => `\\u${code.toString(16).padStart(4, '0')}`),
    // A function: in a replacement text, two "$" stand for one.
    text.replaceAll('${', () => '$${').replaceAll('%{', '%%{'),
    text.replaceAll("'", `'\\''`),
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    text.replace(/[&<>"]/g, (character) => htmlNames[character] ?? character),
    // As a log shows it, without what moves a cursor.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is left out
    text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ''),
    ...urlEncodings(text),
  ];
}

const htmlNames: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function asciiOnly(text: string, spell: (code: number) => string): string {
  return text.replace(/[\u0080-\uffff]/g, (character) => spell(character.charCodeAt(0)));
}

function urlEncodings(text: string): string[] {
  if (!text.isWellFormed()) return [];
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, (character) => `%${hexOf(character.charCodeAt(0))}`);
  const whole = [...Buffer.from(text)].map((byte) => `%${hexOf(byte)}`).join('');
  const upper = [
    component,
    strict,
    encodeURI(text),
    strict.replaceAll('%20', '+'),
    whole,
    encodeURIComponent(strict),
  ];
  return [...upper, ...upper.map((form) => form.replace(/%[0-9A-F]{2}/g, (byte) => byte.toLowerCase()))];
}

function hexOf(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

function byteEncodings(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  const spaced = hex.replace(/(..)(?=.)/g, '$1 ');
  const hexForms = [hex, spaced, spaced.replaceAll(' ', ':')];
  return [...hexForms, ...hexForms.map((form) => form.toUpperCase()), ...base64Forms(Buffer.from(text))];
}

/**
 * Base64 of a longer text holds a secret at one of three offsets to the groups of three bytes. Only the
 * characters that no neighbouring byte changes are compared.
 */
function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor(((offset + bytes.length) * 8) / 6);
    const stable = encoded.slice(from, to);
    forms.push(stable, stable.replaceAll('+', '-').replaceAll('/', '_'));
  }
  const whole = bytes.toString('base64');
  return [...forms, whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
}
