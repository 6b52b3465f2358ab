import { z } from 'zod';

export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,128}$/, 'not a cursor of this API')
  .optional();
/** Rows of a page. */
export const limit = z.coerce.number().int().min(1).max(200).default(50);
