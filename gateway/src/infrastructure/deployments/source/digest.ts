import { createHash } from 'node:crypto';

/** Returns the SHA-256 of a template's text, as hex. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
