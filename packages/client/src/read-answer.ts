import type { z } from 'zod';
import { describeIssues, parseJson, unreadable } from './errors.ts';

/** Reads a JSON answer by its schema; fields that the schema does not name are left out. */
export async function readJsonAnswer<S extends z.ZodType>(
  operation: string,
  response: Response,
  schema: S,
): Promise<z.output<S>> {
  const json = parseJson(await response.text());
  if (json === undefined) throw unreadable(operation, response, 'it is not JSON');
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw unreadable(operation, response, describeIssues(parsed.error));
  return parsed.data;
}
