import { DomainError } from '@deployment-engine/service';
import type { z } from 'zod';

/** Parses input; throws `invalid_request` with an RFC 6901 pointer for each wrong field. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  name?: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({
    pointer: `/${[...(name ? [name] : []), ...issue.path].map(escapePointer).join('/')}`,
    detail: issue.message,
  }));
  const first = fields[0];
  throw new DomainError('invalid_request', `reading the request: ${first?.pointer} ${first?.detail}`, {
    fields,
  });
}

function escapePointer(part: PropertyKey): string {
  return String(part).replaceAll('~', '~0').replaceAll('/', '~1');
}
