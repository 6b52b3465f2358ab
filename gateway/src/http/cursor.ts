import { DomainError } from '../domain-error.ts';

/** Opaque page cursors: base64url of the last row's key. */
export function encodeCursor(key: string | number): string {
  return Buffer.from(String(key)).toString('base64url');
}

export function decodeNumberCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const value = Number(Buffer.from(cursor, 'base64url').toString());
  if (!Number.isSafeInteger(value) || value < 0)
    throw new DomainError('invalid_request', 'the request is not valid', {
      fields: [{ pointer: '/cursor', detail: 'is not a cursor of this list' }],
    });
  return value;
}

export function decodeTextCursor(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : Buffer.from(cursor, 'base64url').toString();
}
