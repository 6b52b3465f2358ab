import type { FileContent } from '@deployment-engine/contracts';

/** Returns a file's content as text, or as Base64 if it is not UTF-8. */
export function contentOf(bytes: Buffer): FileContent {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { base64: bytes.toString('base64') };
  }
}
