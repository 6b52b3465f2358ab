import { minSecretLength } from './secret-forms.ts';

/** A range of positions in a text; `to` is exclusive. */
export type Span = { from: number; to: number };

const buckets = 1 << 16;

/** Finds any of many texts in one pass, by a hash of their first three characters. */
export class FormIndex {
  readonly #occupied = new Uint8Array(buckets);
  readonly #forms = new Map<number, string[]>();
  #longest = 0;

  /** Every form has at least `minSecretLength` characters. */
  constructor(forms: Iterable<string>) {
    for (const form of forms) {
      const hash = hashAt(form, 0);
      this.#occupied[hash] = 1;
      this.#longest = Math.max(this.#longest, form.length);
      const others = this.#forms.get(hash);
      if (others) others.push(form);
      else this.#forms.set(hash, [form]);
    }
  }

  /** Returns where forms occur, in order; overlapping spans are merged. */
  find(text: string): Span[] {
    const found: Span[] = [];
    if (this.#forms.size === 0) return found;
    for (let at = 0; at + minSecretLength <= text.length; at += 1) {
      const hash = hashAt(text, at);
      if (this.#occupied[hash] === 0) continue;
      for (const form of this.#forms.get(hash) ?? [])
        if (text.startsWith(form, at)) add(found, at, at + form.length);
    }
    return found;
  }

  /** Returns where a form begins that the end of the text truncates to three or more characters. */
  findCutAtEnd(text: string): number | undefined {
    for (let at = Math.max(0, text.length - this.#longest); at + 3 <= text.length; at += 1) {
      const hash = hashAt(text, at);
      if (this.#occupied[hash] === 0) continue;
      const end = text.slice(at);
      if ((this.#forms.get(hash) ?? []).some((form) => form.startsWith(end))) return at;
    }
    return undefined;
  }
}

function add(found: Span[], from: number, to: number): void {
  const last = found.at(-1);
  if (last && from <= last.to) last.to = Math.max(last.to, to);
  else found.push({ from, to });
}

function hashAt(text: string, at: number): number {
  return (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1) * 31 + text.charCodeAt(at + 2)) % buckets;
}
