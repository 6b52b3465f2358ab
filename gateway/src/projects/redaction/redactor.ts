import { FormIndex, type Span } from './form-index.ts';
import { minSecretLength, secretForms } from './secret-forms.ts';

export const redactedText = '(redacted)';

/** More values than these are none of a person's making. */
const maxSecrets = 20_000;

/** What a line ends in whose rest was left out. */
const cutMark = '…';

/** Deeper values are replaced whole. */
const maxDepth = 200;

/** Replaces secrets in whatever leaves the engine: texts, lines of output and JSON values. */
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
    // A short value is replaced only where it stands alone as a value: in quotes, or behind "=" or ":".
    if (short.length > 0)
      this.#shortValues = new RegExp(
        `(?<=["'\`]|[=:]\\s?)(?:${short.join('|')})(?=["'\`]|[\\s,;&)}\\]]|$)`,
        'gm',
      );
  }

  redactText(text: string): string {
    return replaceSpans(text, this.spans(text));
  }

  /** As `redactText`; of a line that was cut, which ends in "…", also the beginning of a secret at its end. */
  redactLine(line: string): string {
    const text = line.endsWith(cutMark) ? this.#withoutCutSecret(line.slice(0, -1)) : line;
    return this.redactText(text);
  }

  /** Strings and keys inside are redacted; a number or boolean that is a secret becomes text. */
  redactJson(value: unknown): unknown {
    return this.#redactValue(value, 0);
  }

  /** Where secrets stand in a text, in order and without overlaps. */
  spans(text: string): Span[] {
    const found = this.#forms.find(text);
    for (const match of this.#shortValues ? text.matchAll(this.#shortValues) : [])
      found.push({ from: match.index, to: match.index + match[0].length });
    return merge(found);
  }

  /** As `redactJson`, for values by name. */
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
