import { signatureHeaders, signatureMatches, signatureWindowSeconds } from '@deployment-engine/contracts';
import { type RequestHandler, raw } from 'express';
import { DomainError } from '../domain-error.ts';

const maxBodyBytes = 120 * 1024 * 1024;

/**
 * Lets a request through only with a fresh, unused signature over method, path and body, and leaves the parsed
 * JSON in `request.body`. A body is read only where the timestamp is in order.
 */
export function authenticate(token: string): RequestHandler[] {
  const usedNonces = new NonceMemory();
  return [
    (request, _response, next) => {
      checkTimestamp(request.get(signatureHeaders.timestamp));
      next();
    },
    raw({ type: () => true, limit: maxBodyBytes, inflate: false }),
    (request, _response, next) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const timestamp = request.get(signatureHeaders.timestamp) ?? '';
      const nonce = request.get(signatureHeaders.nonce) ?? '';
      const signature = request.get(signatureHeaders.signature) ?? '';
      const parts = { method: request.method, path: request.originalUrl, timestamp, nonce, body };
      if (!/^[A-Za-z0-9-]{8,64}$/.test(nonce) || !signatureMatches(token, parts, signature))
        throw new DomainError('unauthenticated', 'checking the signature: it does not match the request');
      if (!usedNonces.use(nonce))
        throw new DomainError('unauthenticated', 'checking the signature: this request was sent before');
      request.body = body.length > 0 ? parseJson(body) : undefined;
      next();
    },
  ];
}

function checkTimestamp(timestamp: string | undefined): void {
  if (!timestamp || !/^\d{1,12}$/.test(timestamp))
    throw new DomainError('unauthenticated', 'checking the signature: the request is not signed');
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > signatureWindowSeconds)
    throw new DomainError(
      'unauthenticated',
      `checking the signature: the timestamp is more than ${signatureWindowSeconds} s off`,
    );
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new DomainError('malformed_json', 'reading the body: it is not JSON', { cause: error });
  }
}

/** Nonces of valid requests, kept for as long as their timestamps could still be accepted. */
class NonceMemory {
  readonly #expiry = new Map<string, number>();

  /** False where the nonce was used before. */
  use(nonce: string): boolean {
    const now = Date.now();
    for (const [old, expiresAt] of this.#expiry) {
      if (expiresAt > now) break;
      this.#expiry.delete(old);
    }
    if (this.#expiry.has(nonce)) return false;
    this.#expiry.set(nonce, now + 2 * signatureWindowSeconds * 1000);
    return true;
  }
}
