import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds a signed runner request stays valid; its nonce is refused a second time within them. */
export const signatureWindowSeconds = 60;

export type SignedParts = {
  method: string;
  path: string;
  timestamp: string;
  nonce: string;
  body: Uint8Array;
};

/** HMAC-SHA-256 (hex) over method, path with query, timestamp (epoch seconds), nonce and the body's SHA-256. */
export function signRunnerRequest(token: string, parts: SignedParts): string {
  const bodyHash = createHash('sha256').update(parts.body).digest('hex');
  const text = [parts.method.toUpperCase(), parts.path, parts.timestamp, parts.nonce, bodyHash].join('\n');
  return createHmac('sha256', token).update(text).digest('hex');
}

export function signatureMatches(token: string, parts: SignedParts, signature: string): boolean {
  const expected = Buffer.from(signRunnerRequest(token, parts));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Header names of a signed request. */
export const signatureHeaders = {
  timestamp: 'x-runner-timestamp',
  nonce: 'x-runner-nonce',
  signature: 'x-runner-signature',
} as const;
