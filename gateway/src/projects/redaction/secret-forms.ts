/** Shorter values occur too often in other text to be replaced everywhere. */
export const minSecretLength = 4;

/**
 * Returns every text in which a secret may appear: as it is, line by line, and in the encodings of logs, URLs and JSON.
 * Returns none for values shorter than `minSecretLength`.
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

/** A longer secret is searched for piece by piece, and only as it is and in JSON. */
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
    // A function, because "$$" in a replacement string means one "$".
    text.replaceAll('${', () => '$${').replaceAll('%{', '%%{'),
    text.replaceAll("'", `'\\''`),
    text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    text.replace(/[&<>"]/g, (character) => htmlNames[character] ?? character),
    // As a log shows it, without control characters.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression removes control characters
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
 * Returns a secret's base64 forms inside a longer text, where it starts at one of three offsets in a group of three
 * bytes. They contain only the characters that do not depend on neighbouring bytes.
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
