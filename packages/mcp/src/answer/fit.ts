/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A part that was cut: an RFC 6901 pointer, and how much of it is shown. */
export type Cut = { pointer: string; shown: number; of: number; unit: 'items' | 'characters' };

export type Fitted = { text: string; cuts: Cut[] };

/** A map keeps all its fields as long as each has so much room. */
const leastBytesPerField = 60;
/** What is left of a value without room, with its colon and comma: `:null,`. */
const leastValueBytes = 6;

/**
 * Writes a value as JSON of at most so many bytes, and says what was cut. Small fields stay whole; the large ones share the
 * rest. Lists and texts keep their beginning. Looks at every part once, whatever the value is.
 */
export function fit(value: Json, maxBytes: number): Fitted {
  const fitting = new Fitting();
  const text = JSON.stringify(fitting.shrink(value, maxBytes, ''));
  return { text, cuts: fitting.cuts };
}

class Fitting {
  readonly cuts: Cut[] = [];
  readonly #sizes = new Map<object, number>();

  shrink(value: Json, room: number, pointer: string): Json {
    if (this.#sizeOf(value) <= room) return value;
    if (typeof value === 'string') return this.#shrinkText(value, room, pointer);
    if (Array.isArray(value)) return this.#shrinkList(value, room, pointer);
    if (typeof value === 'object' && value !== null) return this.#shrinkMap(value, room, pointer);
    return null; // a number that has no room
  }

  #shrinkText(text: string, room: number, pointer: string): string {
    let shown = text.length;
    let kept = text;
    for (let bytes = textBytes(text); bytes > room && shown > 0; bytes = textBytes(kept)) {
      shown = Math.max(0, Math.min(shown - 1, Math.floor((shown * room) / bytes)));
      kept = text.slice(0, shown).replace(/[\ud800-\udbff]$/, '');
    }
    this.cuts.push({ pointer, shown: kept.length, of: text.length, unit: 'characters' });
    return kept;
  }

  #shrinkList(list: Json[], room: number, pointer: string): Json[] {
    const cut: Cut = { pointer, shown: 0, of: list.length, unit: 'items' };
    if (list.length > 1) this.cuts.push(cut);
    const kept: Json[] = [];
    let left = room - 2;
    for (const item of list) {
      const size = this.#sizeOf(item) + 1;
      if (size > left) break;
      kept.push(item);
      left -= size;
    }
    const [first] = list;
    if (kept.length === 0 && first !== undefined && left > 3)
      kept.push(this.shrink(first, left - 1, `${pointer}/0`));
    cut.shown = kept.length;
    return kept;
  }

  #shrinkMap(map: { [key: string]: Json }, room: number, pointer: string): { [key: string]: Json } {
    const all = Object.entries(map);
    let left = room - 2;
    const fitting = all.filter(([key]) => {
      left -= textBytes(key) + leastValueBytes;
      return left >= 0;
    });
    const most = pointer === '' ? all.length : Math.max(1, Math.floor(room / leastBytesPerField));
    const entries = fitting.slice(0, most);
    if (entries.length < all.length)
      this.cuts.push({ pointer, shown: entries.length, of: all.length, unit: 'items' });
    const rooms = this.#shares(entries, room - 2);
    return Object.fromEntries(
      entries.map(([key, value]) => [
        key,
        this.shrink(value, rooms.get(key) ?? 0, `${pointer}/${escaped(key)}`),
      ]),
    );
  }

  /** Divides the room: who needs less than an equal share leaves the rest to the others. */
  #shares(entries: [string, Json][], room: number): Map<string, number> {
    let left = entries.reduce((rest, [key]) => rest - textBytes(key) - 2, room);
    const bySize = entries.map(([key, value]) => ({ key, size: this.#sizeOf(value) }));
    bySize.sort((one, other) => one.size - other.size);
    return new Map(
      bySize.map(({ key, size }, index) => {
        const share = Math.min(size, Math.floor(left / (bySize.length - index)));
        left -= share;
        return [key, share];
      }),
    );
  }

  #sizeOf(value: Json): number {
    if (typeof value === 'string') return textBytes(value);
    if (typeof value !== 'object' || value === null) return String(value).length;
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    const parts = Array.isArray(value)
      ? value.map((item) => this.#sizeOf(item) + 1)
      : Object.entries(value).map(([key, item]) => textBytes(key) + this.#sizeOf(item) + 2);
    const brackets = parts.length > 0 ? 1 : 2; // the last part has no comma
    const size = parts.reduce((sum, part) => sum + part, brackets);
    this.#sizes.set(value, size);
    return size;
  }
}

function textBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
