import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

/** Seconds a signed runner request stays valid; its nonce is refused a second time within them. */
export const signatureWindowSeconds = 60;
const noncePattern = /^[A-Za-z0-9-]{8,64}$/;

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

/** Returns headers that sign a request sent now. */
export function signedHeaders(
  token: string,
  request: Pick<SignedParts, 'method' | 'path' | 'body'> & { timestamp?: string },
): Record<string, string> {
  const timestamp = request.timestamp ?? String(Math.floor(Date.now() / 1000));
  const nonce = randomUUID();
  return {
    [signatureHeaders.timestamp]: timestamp,
    [signatureHeaders.nonce]: nonce,
    [signatureHeaders.signature]: signRunnerRequest(token, { ...request, timestamp, nonce }),
  };
}

/** Reads the signature from a request's headers; missing ones become empty strings. */
export function readSignature(header: (name: string) => string | undefined): {
  timestamp: string;
  nonce: string;
  signature: string;
} {
  return {
    timestamp: header(signatureHeaders.timestamp) ?? '',
    nonce: header(signatureHeaders.nonce) ?? '',
    signature: header(signatureHeaders.signature) ?? '',
  };
}

/** One process's memory of signed requests, so that none is accepted twice. */
export class NonceMemory {
  readonly #now: () => number;
  /** In whole seconds, like the timestamps. Earlier signatures may have been used before a restart. */
  readonly #startedAt: number;
  readonly #expiry = new Map<string, number>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#startedAt = Math.floor(now() / 1000);
  }

  isFresh(timestamp: string): boolean {
    const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
    return seconds >= this.#startedAt && Math.abs(this.#now() / 1000 - seconds) <= signatureWindowSeconds;
  }

  /** Returns false if the nonce is invalid or was used before. Call it only after the signature matched. */
  use(nonce: string): boolean {
    const now = this.#now();
    for (const [old, expiresAt] of this.#expiry) {
      if (expiresAt > now) break;
      this.#expiry.delete(old);
    }
    if (!noncePattern.test(nonce) || this.#expiry.has(nonce)) return false;
    this.#expiry.set(nonce, now + 2 * signatureWindowSeconds * 1000);
    return true;
  }
}
