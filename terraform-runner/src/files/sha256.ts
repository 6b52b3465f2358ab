import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { openRegular } from './regular-file.ts';

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Throws unless the path is a regular file. */
export async function sha256OfFile(path: string): Promise<string> {
  await using file = await openRegular(path);
  if (!file) throw new Error(`digesting ${path}: it is not a regular file`);
  const hash = createHash('sha256');
  await pipeline(file.createReadStream({ autoClose: false }), hash);
  return hash.digest('hex');
}
