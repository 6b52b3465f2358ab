import type { Place, Report } from '../errors.ts';
import { invalid, type Tree } from '../tree/tree.ts';
import { type Part, parseTemplate } from './template.ts';
import { undefinedMessage, type VariableSet } from './variable-set.ts';

/** Bounds what variables of variables can grow to, in characters and in steps. */
const maxLength = 1_000_000;
const maxSteps = 100;

/** Expands texts for one component, or for the stack. */
export class Scope {
  readonly #set: VariableSet;
  readonly #reserved: Record<string, string>;
  readonly #report: Report;
  readonly #values = new Map<string, string | undefined>();
  #steps = 0;

  constructor(set: VariableSet, reserved: Record<string, string>, report: Report) {
    this.#set = set;
    this.#reserved = reserved;
    this.#report = report;
  }

  /**
   * Replaces the variables of a text. `placeOf` gives the place of an error from the variable's offset in the
   * text. Returns undefined if a variable has no value, which is reported.
   */
  expand(text: string, placeOf: (offset: number) => Place): string | undefined {
    return text.includes('${') ? this.#join(parseTemplate(text), placeOf) : text;
  }

  /** Replaces the variables in all texts, not in keys. A text that can't be expanded becomes invalid. */
  expandTree(tree: Tree): Tree {
    switch (tree.kind) {
      case 'invalid':
        return tree;
      case 'scalar': {
        if (typeof tree.value !== 'string' || !tree.value.includes('${')) return tree;
        const value = this.expand(tree.value, () => tree.place);
        return value === undefined ? invalid(tree.place) : { ...tree, value, source: tree.value };
      }
      case 'list':
        return { ...tree, items: tree.items.map((item) => this.expandTree(item)) };
      case 'map': {
        const entries = [...tree.entries].map(
          ([name, { key, value }]) => [name, { key, value: this.expandTree(value) }] as const,
        );
        return { ...tree, entries: new Map(entries) };
      }
    }
  }

  #join(parts: Part[], placeOf: (offset: number) => Place): string | undefined {
    const texts = parts.map((part) => this.#textOf(part, placeOf));
    if (texts.includes(undefined)) return undefined;
    const length = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    if (length <= maxLength) return texts.join('');
    this.#report.error(
      'out_of_range',
      placeOf(0),
      `variables make a text of more than ${maxLength} characters`,
    );
    return undefined;
  }

  #textOf(part: Part, placeOf: (offset: number) => Place): string | undefined {
    if (part.kind === 'literal') return part.text;
    if (part.kind === 'problem') {
      this.#report.error('undefined_variable', placeOf(part.offset), problemMessage(part.raw));
      return undefined;
    }
    const { name, fallback, offset } = part;
    if (Object.hasOwn(this.#reserved, name)) return this.#reserved[name];
    if (this.#set.variables.has(name)) return this.#valueOf(name);
    if (fallback) return this.#join(fallback, placeOf);
    if (!this.#set.isIncomplete && !this.#set.lostNames.has(name))
      this.#report.error(
        'undefined_variable',
        placeOf(offset),
        undefinedMessage(name, this.#set, this.#reserved),
      );
    return undefined;
  }

  #valueOf(name: string): string | undefined {
    if (this.#set.cyclic.has(name)) return undefined;
    if (this.#values.has(name)) return this.#values.get(name);
    const variable = this.#set.variables.get(name);
    if (!variable) return undefined;
    if (this.#steps >= maxSteps) {
      this.#report.error(
        'out_of_range',
        variable.place,
        `variables use each other over more than ${maxSteps} steps`,
      );
      return undefined;
    }
    this.#steps++;
    const value = this.#join(variable.parts, () => variable.place);
    this.#steps--;
    this.#values.set(name, value);
    return value;
  }
}

function problemMessage(raw: string): string {
  const shown = raw.length > 40 ? `${raw.slice(0, 40)}…` : raw;
  const remedy = /^\$\{[\w-]+\.[\w.-]+\}$/.test(raw)
    ? "take another component's output with valueFrom"
    : `write \${NAME} or \${NAME:-default}, or $\${ for a literal \${`;
  return `${shown} is not a variable; ${remedy}`;
}
