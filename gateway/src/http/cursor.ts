import { DomainError } from '@deployment-engine/service';

/** The largest number of PostgreSQL's `integer`. */
const maxInteger = 2 ** 31 - 1;

/** Returns an opaque page cursor: base64url of the last row's key. */
export function encodeCursor(key: string | number): string {
  return Buffer.from(String(key)).toString('base64url');
}

/**
 * Cuts a page out of rows of which one more was read than the page has. Returns it with the cursor of the next one; `null` on the
 * last page. `keyOf` returns what the rows are ordered by.
 */
export function cutPage<Row>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => string | number,
): { page: Row[]; next: string | null } {
  const page = rows.slice(0, limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  return { page, next: last === undefined ? null : encodeCursor(keyOf(last)) };
}

export function decodeNumberCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  const value = Number(Buffer.from(cursor, 'base64url').toString());
  if (!Number.isInteger(value) || value < 0 || value > maxInteger) throw noCursor();
  return value;
}

export function decodeTextCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString();
  if (text.includes('\0')) throw noCursor(); // PostgreSQL cannot store NUL in text
  return text;
}

function noCursor(): DomainError {
  return new DomainError('invalid_request', 'the request is not valid', {
    fields: [{ pointer: '/cursor', detail: 'is not a cursor of this list' }],
  });
}
