import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const idBytes = 8;
const secretBytes = 32;
const pattern = /^de_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

/** Creates a key `de_<id>_<256 random bits>`. Only the SHA-256 of the last part is stored. */
export function newApiKey(): { id: string; key: string; secretSha256: string } {
  const id = randomBytes(idBytes).toString('hex');
  const secret = randomBytes(secretBytes).toString('base64url');
  return { id, key: `de_${id}_${secret}`, secretSha256: sha256(secret) };
}

/** Returns the parts of a key, or `undefined` if the text does not have a key's form. */
export function parseApiKey(text: string): { id: string; secretSha256: string } | undefined {
  const [, id, secret] = pattern.exec(text) ?? [];
  return id && secret ? { id, secretSha256: sha256(secret) } : undefined;
}

/** Compares in constant time. */
export function sameSecret(givenSha256: string, storedSha256: string): boolean {
  const [given, stored] = [Buffer.from(givenSha256), Buffer.from(storedSha256)];
  return given.byteLength === stored.byteLength && timingSafeEqual(given, stored);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
