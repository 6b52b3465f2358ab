import { createHash } from 'node:crypto';

/** SHA-256 (hex) of a revision's files: one line `<path> <sha256 of content>` per file, sorted by path. */
export function revisionDigest(files: ReadonlyMap<string, Uint8Array>): string {
  const lines = [...files]
    .map(([path, content]) => `${path} ${createHash('sha256').update(content).digest('hex')}\n`)
    .sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}
