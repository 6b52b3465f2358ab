import { asArray, asRecord, hasMark, readPlanExpression } from '@deployment-engine/terraform-code';

/**
 * An attribute of a planned resource in three forms: the value after the change, the marks of what is known
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

  /** `undefined` if it is unset or unknown. */
  get value(): unknown {
    return this.#after ?? undefined;
  }

  /** True if all of it is unknown before apply. */
  get isUnknown(): boolean {
    return this.#unknownMark === true;
  }

  /** True if some or all of it is unknown before apply. */
  get isPartlyUnknown(): boolean {
    return hasMark(this.#unknownMark);
  }

  get isConfigured(): boolean {
    return this.expression !== undefined;
  }

  /** True if the code sets it to a value unknown before apply, as opposed to a computed default. */
  get isPending(): boolean {
    return this.isUnknown && this.isConfigured;
  }

  /** True if it has a non-empty value. */
  get isPresent(): boolean {
    return this.isPending || (this.value !== undefined && this.value !== '');
  }

  get(name: string): PlannedValue {
    const mark = this.isUnknown ? true : asRecord(this.#unknownMark)[name];
    return new PlannedValue(asRecord(this.#after)[name], mark, inner(this.expression, name));
  }

  /** Items of a list or set; a single block counts as one item. */
  get items(): PlannedValue[] {
    if (!Array.isArray(this.#after))
      return typeof this.#after === 'object' && this.#after !== null ? [this] : [];
    const marks = asArray(this.#unknownMark);
    const expressions = Array.isArray(this.expression) ? this.expression : [this.expression];
    return this.#after.map(
      (item, index) => new PlannedValue(item, marks[index], expressions[index] ?? expressions[0]),
    );
  }

  /** The items, or if none is known, the blocks in the code. */
  get blocks(): PlannedValue[] {
    if (this.items.length > 0 || !Array.isArray(this.expression)) return this.items;
    return this.expression.map((expression) => new PlannedValue(undefined, undefined, expression));
  }

  /** The first item; if there is none it is unset, or pending if the list is. */
  get first(): PlannedValue {
    return this.items[0] ?? new PlannedValue(undefined, this.isUnknown || undefined, this.expression);
  }

  get strings(): string[] {
    const list = Array.isArray(this.#after) ? this.#after : [this.#after];
    return list.filter((item): item is string => typeof item === 'string');
  }
}

function inner(expression: unknown, name: string): unknown {
  const read = readPlanExpression(expression);
  if (read?.kind === 'blocks') return inner(read.blocks[0], name);
  return read?.kind === 'block' ? read.arguments[name] : expression;
}
