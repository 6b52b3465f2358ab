/**
 * The parts of Terraform code that preflight needs, from HCL or JSON. Lines and columns (UTF-16) are 1-based.
 */
export type Expression =
  | { kind: 'literal'; value: string | number | boolean | null; line: number }
  /** Strings and interpolations in order. Not exact if whitespace is stripped (heredocs, `~`). */
  | { kind: 'template'; parts: Expression[]; exact: boolean; line: number }
  /** Name with its namespace, for example `core::file`. */
  | { kind: 'call'; name: string; arguments: Expression[]; line: number; column: number }
  /**
   * `path` stops at the first index: `var.a[0].b` is `['var', 'a']`, with the index among the `children`. It
   * begins with an empty name if a variable of `for` or of a template hides the name's usual meaning.
   */
  | { kind: 'reference'; path: string[]; children: Expression[]; variable?: Variable; line: number }
  | { kind: 'list'; items: Expression[]; line: number }
  | { kind: 'object'; entries: ObjectEntry[]; line: number }
  /**
   * `keyed` if it creates an object: results are then key and value, else one value; a condition may follow.
   */
  | { kind: 'for'; collection: Expression; results: Expression[]; keyed: boolean; line: number }
  /** Operators in source order without precedence, between the operands. */
  | { kind: 'operation'; operators: string[]; operands: Expression[]; line: number }
  /** Anything else that contains expressions: conditions, template directives, splats. */
  | { kind: 'other'; children: Expression[]; line: number };

/** What a variable of `for` iterates over. */
export type Variable = { of: Expression; is: 'key' | 'value' };
export type ObjectEntry = { key: Expression; value: Expression };
export type Attribute = { name: string; value: Expression; line: number; column: number };
export type Block = { type: string; labels: string[]; body: Body; line: number; column: number };

/**
 * In JSON only the schema distinguishes a nested block from an attribute, so a property that may be a block
 * is in both lists, and the body is marked: expressions of its `blocks` are already in `attributes`.
 */
export type Body = { attributes: Attribute[]; blocks: Block[]; blocksRepeatAttributes: boolean };

export function childrenOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'template':
      return expression.parts;
    case 'call':
      return expression.arguments;
    case 'list':
      return expression.items;
    case 'object':
      return expression.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'for':
      return [expression.collection, ...expression.results];
    case 'operation':
      return expression.operands;
    case 'reference':
    case 'other':
      return expression.children;
  }
}

/** Visits an expression and everything inside it. */
export function walkExpression(root: Expression, visit: (expression: Expression) => void): void {
  const pending = [root];
  for (let next = pending.pop(); next; next = pending.pop()) {
    visit(next);
    for (const child of childrenOf(next)) pending.push(child);
  }
}

/** Visits every expression of a body and of the blocks inside it, each once. */
export function walkBody(body: Body, visit: (expression: Expression) => void): void {
  for (const attribute of body.attributes) walkExpression(attribute.value, visit);
  if (body.blocksRepeatAttributes) return;
  for (const block of body.blocks) walkBody(block.body, visit);
}

export function attribute(body: Body, name: string): Attribute | undefined {
  return body.attributes.find((candidate) => candidate.name === name);
}

/** Returns the string of an expression that is a plain string. */
export function literalString(expression: Expression | undefined): string | undefined {
  return expression?.kind === 'literal' && typeof expression.value === 'string'
    ? expression.value
    : undefined;
}
