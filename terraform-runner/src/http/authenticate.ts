import {
  NonceMemory,
  readSignature,
  signatureMatches,
  signatureWindowSeconds,
} from '@deployment-engine/runner-api';
import { DomainError } from '@deployment-engine/service';
import { type RequestHandler, raw } from 'express';

const maxBodyBytes = 120 * 1024 * 1024;

/**
 * Requires a fresh, unused signature over method, path and body, and puts the parsed JSON into
 * `request.body`. Reads the body only if the timestamp is valid.
 */
export function authenticate(token: string): RequestHandler[] {
  const usedNonces = new NonceMemory();
  return [
    (request, _response, next) => {
      checkTimestamp(usedNonces, readSignature((name) => request.get(name)).timestamp);
      next();
    },
    raw({ type: () => true, limit: maxBodyBytes, inflate: false }),
    (request, _response, next) => {
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const { timestamp, nonce, signature } = readSignature((name) => request.get(name));
      const parts = { method: request.method, path: request.originalUrl, timestamp, nonce, body };
      if (!signatureMatches(token, parts, signature))
        throw new DomainError('unauthenticated', 'checking the signature: it does not match the request');
      if (!usedNonces.use(nonce))
        throw new DomainError(
          'unauthenticated',
          'checking the signature: this request was sent before, or has no nonce',
        );
      request.body = body.length > 0 ? parseJson(body) : undefined;
      next();
    },
  ];
}

function checkTimestamp(usedNonces: NonceMemory, timestamp: string): void {
  if (!timestamp)
    throw new DomainError('unauthenticated', 'checking the signature: the request is not signed');
  if (!usedNonces.isFresh(timestamp))
    throw new DomainError(
      'unauthenticated',
      `checking the signature: the timestamp is more than ${signatureWindowSeconds} s off, or from before this runner started`,
    );
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new DomainError('malformed_json', 'reading the body: it is not JSON', { cause: error });
  }
}
