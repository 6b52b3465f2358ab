import { minSecretLength, secretForms } from './secret-forms.ts';

export const redactedText = '(redacted)';

type Span = { from: number; to: number };

/** Deeper values are replaced whole. */
const maxDepth = 200;

/** Replaces secrets in whatever leaves the engine: texts, JSON values and streams of output. */
export class Redactor {
  private readonly forms: string[];
  private readonly shortValues: RegExp | undefined;
  /** Characters of the longest form: a stream keeps that many back. */
  readonly longest: number;

  constructor(secrets: Iterable<string>) {
    const values = [...new Set(secrets)].filter((secret) => secret.trim() !== '');
    const forms = new Set<string>();
    for (const value of values) for (const form of secretForms(value)) forms.add(form);
    this.forms = [...forms];
    this.longest = this.forms.reduce((longest, form) => Math.max(longest, form.length), 0);
    const short = values
      .filter((value) => value.length < minSecretLength)
      .map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
    // A short value is replaced only where it stands alone as a value: in quotes, or behind "=" or ":".
    if (short.length > 0)
      this.shortValues = new RegExp(
        `(?<=["'\`]|[=:]\\s?)(?:${short.join('|')})(?=["'\`]|[\\s,;&)}\\]]|$)`,
        'gm',
      );
  }

  redactText(text: string): string {
    return replaceSpans(text, this.spans(text));
  }

  /** Strings and keys inside are redacted; a number or boolean that is a secret becomes text. */
  redactJson(value: unknown): unknown {
    return this.redactValue(value, 0);
  }

  /** Where secrets stand in a text, in order and without overlaps. */
  spans(text: string): Span[] {
    const found: Span[] = [];
    for (const form of this.forms)
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
        const last = found.at(-1);
        // A form may overlap itself; extending keeps the list short on texts such as "aaaa…".
        if (last && last.from <= at && at <= last.to) last.to = Math.max(last.to, at + form.length);
        else found.push({ from: at, to: at + form.length });
      }
    for (const match of this.shortValues ? text.matchAll(this.shortValues) : [])
      found.push({ from: match.index, to: match.index + match[0].length });
    return merge(found);
  }

  private redactValue(value: unknown, depth: number): unknown {
    if (depth > maxDepth) return redactedText;
    if (typeof value === 'string') return this.isShort(value) ? redactedText : this.redactText(value);
    if (typeof value === 'number' || typeof value === 'bigint') {
      const text = String(value);
      return this.isShort(text) || this.spans(text).length > 0 ? redactedText : value;
    }
    if (Array.isArray(value)) return value.map((item) => this.redactValue(item, depth + 1));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.redactText(key), this.redactValue(item, depth + 1)]),
    );
  }

  private isShort(text: string): boolean {
    if (!this.shortValues || text.length >= minSecretLength) return false;
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
