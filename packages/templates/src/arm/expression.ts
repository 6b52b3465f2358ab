/** An expression of a template, for example `[concat(parameters('name'), '-db')]`. */
export type ArmExpression =
  | { kind: 'literal'; value: string | number }
  | { kind: 'call'; name: string; arguments: ArmExpression[] }
  | { kind: 'access'; of: ArmExpression; key: ArmExpression };

/** What is wrong with an expression; whoever reads the template knows the line. */
export class ExpressionError extends Error {}

/** Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/best-practices#template-limits */
const maxCharacters = 24_576;
/** No template needs more; deeper ones only exhaust the stack. */
const maxDepth = 64;
const token = /\s*(?:('(?:[^']|'')*')|(-?\d+)|([A-Za-z_][\w.]*)|([()[\].,]))/y;

/** Whether a text is an expression: `[[` begins a text that begins with `[`. */
export function isExpression(text: string): boolean {
  return text.startsWith('[') && text.endsWith(']') && !text.startsWith('[[');
}

/** Returns the meaning of a plain text: `[[` stands for a bracket. */
export function plainText(text: string): string {
  return text.startsWith('[[') ? text.slice(1) : text;
}

/** Parses a text that is an expression. Throws `ExpressionError`. */
export function parseExpression(text: string): ArmExpression {
  if (text.length > maxCharacters)
    throw new ExpressionError(`an expression has more than ${maxCharacters} characters`);
  const parser = new Parser(text.slice(1, -1));
  const found = parser.expression(0);
  parser.end();
  return found;
}

class Parser {
  readonly #tokens: string[] = [];
  #at = 0;

  constructor(given: string) {
    const text = given.trimEnd();
    let from = 0;
    while (from < text.length) {
      token.lastIndex = from;
      const found = token.exec(text);
      if (!found) throw new ExpressionError('an expression has a character or a quote that does not fit');
      this.#tokens.push(found[1] ?? found[2] ?? found[3] ?? found[4] ?? '');
      from = token.lastIndex;
    }
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new ExpressionError('an expression goes on after its end');
  }

  expression(depth: number): ArmExpression {
    if (depth > maxDepth) throw new ExpressionError(`an expression is nested deeper than ${maxDepth}`);
    let found = this.#start(depth);
    for (;;) {
      if (this.#take('.')) found = { kind: 'access', of: found, key: this.#name() };
      else if (this.#take('[')) {
        found = { kind: 'access', of: found, key: this.expression(depth + 1) };
        this.#need(']');
      } else return found;
      depth += 1;
      if (depth > maxDepth) throw new ExpressionError(`an expression is nested deeper than ${maxDepth}`);
    }
  }

  #start(depth: number): ArmExpression {
    const next = this.#tokens[this.#at++];
    if (next === undefined) throw new ExpressionError('an expression ends too early');
    if (next.startsWith("'")) return { kind: 'literal', value: next.slice(1, -1).replaceAll("''", "'") };
    if (/^-?\d/.test(next)) return { kind: 'literal', value: Number(next) };
    if (!/^[A-Za-z_]/.test(next))
      throw new ExpressionError(`an expression has ${next} where a value must be`);
    this.#need('(', `${next.slice(0, 50)} is not called: functions have parentheses, texts single quotes`);
    const given: ArmExpression[] = [];
    while (!this.#take(')')) {
      if (given.length > 0) this.#need(',');
      given.push(this.expression(depth + 1));
    }
    return { kind: 'call', name: next, arguments: given };
  }

  #name(): ArmExpression {
    const next = this.#tokens[this.#at++];
    if (next === undefined || !/^[A-Za-z_]/.test(next))
      throw new ExpressionError('an expression has a dot without a name after it');
    const [first = '', ...rest] = next.split('.');
    // `a().b.c` is one token after the first dot.
    if (rest.length > 0) this.#tokens.splice(this.#at, 0, ...rest.flatMap((name) => ['.', name]));
    return { kind: 'literal', value: first };
  }

  #take(wanted: string): boolean {
    if (this.#tokens[this.#at] !== wanted) return false;
    this.#at += 1;
    return true;
  }

  #need(wanted: string, problem = `an expression has no ${wanted} where it must be`): void {
    if (!this.#take(wanted)) throw new ExpressionError(problem);
  }
}
