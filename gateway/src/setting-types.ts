import { z } from 'zod';

export const port = (fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().max(65535, 'must be a port, 0 to 65535'))
    .default(fallback);
export const seconds = (fallback: number, minimum = 1) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number of seconds')
    .transform(Number)
    .pipe(z.number().min(minimum, `must be at least ${minimum}`))
    .default(fallback);

export const positive = (fallback: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,4}$/, 'must be a whole number from 1 to 99999')
    .transform(Number)
    .default(fallback);

/** `NAME=value` pairs separated by commas, for example `EUR=0.92,GBP=0.79`. */
export const pairs = <T>(example: string, name: RegExp, value: z.ZodType<T>) =>
  z
    .string()
    .default('')
    .transform((text, context): Record<string, T> => {
      const entries = text
        .split(',')
        .map((pair) => pair.trim())
        .filter(Boolean)
        .flatMap((pair): [string, T][] => {
          const [key = '', given] = pair.split(/\s*=\s*(.*)/s);
          const parsed = value.safeParse(given);
          if (name.test(key) && parsed.success) return [[key, parsed.data]];
          const message = `${pair}: must be pairs such as ${example}, separated by commas`;
          context.addIssue({ code: 'custom', message });
          return [];
        });
      return Object.fromEntries(entries);
    });
export const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
