import { z } from 'zod';

/** Any text that is not empty. */
export const text = z.string().min(1);

/** `1` for true, `0` for false. */
export const flag = z.enum(['0', '1'], { error: 'must be 0 or 1' }).transform((digit) => digit === '1');

export const oneOf = <const T extends readonly string[]>(...words: T) =>
  z.enum(words, { error: `must be ${words.slice(0, -1).join(', ')} or ${words.at(-1)}` });

/** A whole number within bounds; `of` names what it counts. */
export function wholeNumber({ of, minimum, maximum }: { of?: string; minimum: number; maximum?: number }) {
  const bounds = maximum === undefined ? `at least ${minimum}` : `${minimum} to ${maximum}`;
  const error = `must be a whole number${of ? ` of ${of}` : ''}, ${bounds}`;
  return z
    .string()
    .regex(/^\d+$/, error)
    .transform(Number)
    .pipe(
      z
        .number({ error })
        .min(minimum, error)
        .max(maximum ?? Number.MAX_SAFE_INTEGER, error),
    );
}

export const port = wholeNumber({ minimum: 0, maximum: 65_535 });

/** Entries separated by commas; drops empty ones. */
export const list = z.string().transform((entries) =>
  entries
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
);

export const httpUrl = (error: string) => z.url({ protocol: /^https?$/, error });

/** `NAME=value` pairs separated by commas, for example `EUR=0.92,GBP=0.79`. */
export const pairs = <T>(example: string, name: RegExp, value: z.ZodType<T, string>) =>
  list.transform((entries, context): Record<string, T> => {
    const read = entries.flatMap((pair): [string, T][] => {
      const [key = '', given = ''] = pair.split(/\s*=\s*(.*)/s);
      const parsed = value.safeParse(given);
      if (name.test(key) && parsed.success) return [[key, parsed.data]];
      const message = `${pair}: must be pairs such as ${example}, separated by commas`;
      context.addIssue({ code: 'custom', message });
      return [];
    });
    return Object.fromEntries(read);
  });

export const decimal = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .transform(Number);
