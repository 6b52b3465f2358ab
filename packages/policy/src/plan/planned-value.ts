import { asArray, asRecord } from './plan-json.ts';

/**
 * One attribute of a planned resource in its three forms: the value after the change, the mark that it is known
 * only after apply, and the expression in the code (absent inside dynamic blocks).
 */
export class PlannedValue {
  readonly #after: unknown;
  readonly #unknownMark: unknown;
  /** The expression in the code. */
  readonly expression: unknown;

  constructor(after: unknown, unknownMark: unknown, expression: unknown) {
    this.#after = after;
    this.#unknownMark = unknownMark;
    this.expression = expression;
  }

  /** `undefined` where it is unset or not known yet. */
  get value(): unknown {
    return this.#after ?? undefined;
  }

  /** Nothing of it is known before apply. */
  get isUnknown(): boolean {
    return this.#unknownMark === true;
  }

  /** Something of it, or all, is not known before apply. */
  get isPartlyUnknown(): boolean {
    return hasMark(this.#unknownMark);
  }

  get isConfigured(): boolean {
    return this.expression !== undefined;
  }

  /** Set in the code to something that only apply will tell: not the same as a computed default. */
  get isPending(): boolean {
    return this.isUnknown && this.isConfigured;
  }

  /** Set to anything but an empty value. */
  get isPresent(): boolean {
    return this.isPending || (this.value !== undefined && this.value !== '');
  }

  get(name: string): PlannedValue {
    const mark = this.isUnknown ? true : asRecord(this.#unknownMark)[name];
    return new PlannedValue(asRecord(this.#after)[name], mark, inner(this.expression, name));
  }

  /** The items of a list or set; a single block counts as one item. */
  get items(): PlannedValue[] {
    if (!Array.isArray(this.#after))
      return typeof this.#after === 'object' && this.#after !== null ? [this] : [];
    const marks = asArray(this.#unknownMark);
    const expressions = Array.isArray(this.expression) ? this.expression : [this.expression];
    return this.#after.map(
      (item, index) => new PlannedValue(item, marks[index], expressions[index] ?? expressions[0]),
    );
  }

  /** The items, or where none is known, the blocks of the code. */
  get blocks(): PlannedValue[] {
    if (this.items.length > 0 || !Array.isArray(this.expression)) return this.items;
    return this.expression.map((expression) => new PlannedValue(undefined, undefined, expression));
  }

  /** The first item; without one it is unset, or pending where the list is. */
  get first(): PlannedValue {
    return this.items[0] ?? new PlannedValue(undefined, this.isUnknown || undefined, this.expression);
  }

  get strings(): string[] {
    const list = Array.isArray(this.#after) ? this.#after : [this.#after];
    return list.filter((item): item is string => typeof item === 'string');
  }
}

function inner(expression: unknown, name: string): unknown {
  if (Array.isArray(expression)) return inner(expression[0], name);
  const record = asRecord(expression);
  return 'references' in record || 'constant_value' in record ? expression : record[name];
}

function hasMark(mark: unknown): boolean {
  if (typeof mark !== 'object' || mark === null) return mark === true;
  return Object.values(mark).some(hasMark);
}
