/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A part that was cut: an RFC 6901 pointer, and how much of it is shown. */
export type Cut = { pointer: string; shown: number; of: number; unit: 'items' | 'characters' };

export type Fitted = { text: string; cuts: Cut[] };

/** Shorter parts are never cut: what is left of them would say nothing. */
const leastItems = 2;
const leastCharacters = 200;

/**
 * Writes a value as JSON of at most so many bytes: keeps the first half of its largest list, text or map until it fits, and
 * says what was cut.
 */
export function fit(value: Json, maxBytes: number): Fitted {
  const whole = structuredClone(value);
  const cuts = new Map<string, Cut>();
  for (;;) {
    const text = JSON.stringify(whole);
    const bytes = Buffer.byteLength(text);
    if (bytes <= maxBytes) return { text, cuts: [...cuts.values()] };
    const part = largestPart({ pointer: '', value: whole, bytes, replace: () => undefined });
    if (!part) return { text: cutText(text, maxBytes), cuts: [...cuts.values()] };
    const { pointer, of, shown, unit, halved } = halve(part);
    cuts.set(pointer, { pointer, shown, of: cuts.get(pointer)?.of ?? of, unit });
    part.replace(halved);
  }
}

type Part = { pointer: string; value: Json; bytes: number; replace(value: Json): void };

/**
 * Goes down to where the bytes are: into a part that is larger than all beside it, else no deeper. Returns `undefined` if
 * nothing can be cut. The value's own map stays whole, as its fields say what it is.
 */
function largestPart(part: Part): Part | undefined {
  const children = childrenOf(part).sort((left, right) => right.bytes - left.bytes);
  const canCut = part.pointer !== '' && isCuttable(part.value);
  if (!canCut || (children[0]?.bytes ?? 0) * 2 > part.bytes)
    for (const child of children) {
      const found = largestPart(child);
      if (found) return found;
    }
  return canCut ? part : undefined;
}

function childrenOf({ pointer, value }: Part): Part[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([key, child]) => ({
    pointer: `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    value: child,
    bytes: sizeOf(child),
    replace: (next: Json) => Object.defineProperty(value, key, { value: next }),
  }));
}

function isCuttable(value: Json): boolean {
  if (typeof value === 'string') return value.length > leastCharacters;
  if (Array.isArray(value)) return value.length > leastItems;
  return typeof value === 'object' && value !== null && Object.keys(value).length > leastItems;
}

function halve({ pointer, value }: Part): Cut & { halved: Json } {
  if (typeof value === 'string') {
    const shown = Math.floor(value.length / 2);
    return { pointer, of: value.length, shown, unit: 'characters', halved: value.slice(0, shown) };
  }
  const entries = Object.entries(value as object) as [string, Json][];
  const shown = Math.ceil(entries.length / 2);
  const kept = entries.slice(0, shown);
  const halved = Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
  return { pointer, of: entries.length, shown, unit: 'items', halved };
}

function sizeOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** The last resort, for a value of very many small parts. */
function cutText(text: string, maxBytes: number): string {
  return Buffer.from(text)
    .subarray(0, maxBytes)
    .toString()
    .replace(/\ufffd$/, '');
}
