import { FormIndex, type Span } from './form-index.ts';
import { minSecretLength, secretForms } from './secret-forms.ts';

export const redactedText = '(redacted)';

/** Upper bound on the number of secrets; more than this is machine-generated. */
const maxSecrets = 20_000;

/** Marks a truncated line. */
const cutMark = '…';

/** Values nested deeper than this are replaced whole. */
const maxDepth = 200;

/** Replaces secrets in everything that leaves the engine: texts, lines of output and JSON values. */
export class Redactor {
  readonly #forms: FormIndex;
  readonly #shortValues: RegExp | undefined;
  constructor(secrets: Iterable<string>) {
    const values = [...new Set(secrets)].filter((secret) => secret.trim() !== '').slice(0, maxSecrets);
    const forms = new Set<string>();
    for (const value of values) for (const form of secretForms(value)) forms.add(form);
    this.#forms = new FormIndex(forms);
    const short = values
      .filter((value) => value.length < minSecretLength)
      .map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    // A short value is replaced only where it is a whole value: in quotes, or after "=" or ":".
    if (short.length > 0)
      this.#shortValues = new RegExp(
        `(?<=["'\`]|[=:]\\s?)(?:${short.join('|')})(?=["'\`]|[\\s,;&)}\\]]|$)`,
        'gm',
      );
  }

  redactText(text: string): string {
    return replaceSpans(text, this.spans(text));
  }

  /** Redacts as `redactText` does. In a truncated line, which ends in "…", it also redacts a truncated secret. */
  redactLine(line: string): string {
    const text = line.endsWith(cutMark) ? this.#withoutCutSecret(line.slice(0, -1)) : line;
    return this.redactText(text);
  }

  /** Redacts strings and keys inside a value. A number that is a secret becomes a string. */
  redactJson(value: unknown): unknown {
    return this.#redactValue(value, 0);
  }

  /** Returns where secrets occur in a text, in order and without overlaps. */
  spans(text: string): Span[] {
    const found = this.#forms.find(text);
    for (const match of this.#shortValues ? text.matchAll(this.#shortValues) : [])
      found.push({ from: match.index, to: match.index + match[0].length });
    return merge(found);
  }

  /** Redacts as `redactJson` does, for values by name. */
  redactValues(values: Record<string, unknown>): Record<string, unknown> {
    return this.redactJson(values) as Record<string, unknown>;
  }

  #withoutCutSecret(text: string): string {
    const at = this.#forms.findCutAtEnd(text);
    return at === undefined ? `${text}${cutMark}` : `${text.slice(0, at)}${redactedText}${cutMark}`;
  }

  #redactValue(value: unknown, depth: number): unknown {
    if (depth > maxDepth) return redactedText;
    if (typeof value === 'string') return this.#isShort(value) ? redactedText : this.redactText(value);
    if (typeof value === 'number' || typeof value === 'bigint') {
      const text = String(value);
      return this.#isShort(text) || this.spans(text).length > 0 ? redactedText : value;
    }
    if (Array.isArray(value)) return value.map((item) => this.#redactValue(item, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.redactText(key), this.#redactValue(item, depth + 1)]),
    );
  }

  #isShort(text: string): boolean {
    if (!this.#shortValues || text.length >= minSecretLength) return false;
    return this.redactText(`"${text}"`) !== `"${text}"`;
  }
}

function merge(spans: Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged;
}

function replaceSpans(text: string, spans: Span[]): string {
  let redacted = '';
  let at = 0;
  for (const { from, to } of spans) {
    redacted += text.slice(at, from) + redactedText;
    at = to;
  }
  return redacted + text.slice(at);
}
