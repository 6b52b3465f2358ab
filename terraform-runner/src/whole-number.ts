import { z } from 'zod';

/** A setting that is digits, within bounds. */
export const wholeNumber = (what: string, minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be ${what}`)
    .transform(Number)
    .pipe(z.number().min(minimum, `must be at least ${minimum}`).max(maximum, `must be at most ${maximum}`));
