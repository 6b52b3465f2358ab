/**
 * Whether an error means that the database is unreachable at the moment, not that a query is wrong.
 * Source: PostgreSQL's error codes, classes 08 (connection), 53 (resources), 57 (operator intervention).
 */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && /^(08|53|57)/.test(code)) return true;
  if (typeof code === 'string' && /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/.test(code))
    return true;
  return (
    typeof message === 'string' &&
    /connection terminated|timeout exceeded when trying to connect|not queryable/i.test(message)
  );
}
