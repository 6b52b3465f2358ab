import { type Expression, literalString } from '@deployment-engine/terraform-code';
import type { CodeModule } from './project-code.ts';

/** What a path may refer to in its place in the code. */
export type PathScope = { module: CodeModule; forEach?: Expression | undefined };

/** A text, the folder of the module or the root, or a relative path found by `fileset`. */
export type Piece = string | { base: 'module' | 'root' } | { filesetOf: Expression & { kind: 'call' } };

/** An expression's possible values; `undefined` if the code does not show all of them. */
type Alternatives = Piece[][] | undefined;
type Element = 'key' | 'value';

/** Locals can double a text at each level, and nested lists multiply, so all pieces are counted. */
const maxPieces = 40;
const maxAlternatives = 100;
const maxSteps = 500;

/** Returns every possible value of a path, each as its pieces in order. */
export function alternativesOf(expression: Expression, scope: PathScope): Alternatives {
  return new Resolver(scope.module).valuesOf(expression, scope.forEach, 0);
}

/** Resolves locals, `each` and variables of `for` through literal collections. */
class Resolver {
  readonly #module: CodeModule;
  #steps = 0;

  constructor(module: CodeModule) {
    this.#module = module;
  }

  valuesOf(expression: Expression, forEach: Expression | undefined, depth: number): Alternatives {
    if (++this.#steps > maxSteps || depth > 20) return undefined;
    switch (expression.kind) {
      case 'literal':
        return expression.value === null ? undefined : [[String(expression.value)]];
      case 'template':
        return expression.exact
          ? combine(expression.parts.map((part) => this.valuesOf(part, forEach, depth + 1)))
          : undefined;
      case 'reference':
        return this.#valuesOfReference(expression, forEach, depth + 1);
      default:
        return undefined;
    }
  }

  #valuesOfReference(
    reference: Expression & { kind: 'reference' },
    forEach: Expression | undefined,
    depth: number,
  ): Alternatives {
    const { path, children, variable } = reference;
    const [root, name = '', ...attributes] = path;
    if (root === 'local') {
      const local = attributes.length === 0 ? this.#module.locals.get(name) : undefined;
      if (!local || children.length > 1) return undefined;
      return children.length === 1
        ? this.#elementsOf(local, 'value', [], depth)
        : this.valuesOf(local, undefined, depth);
    }
    if (children.length > 0) return undefined;
    if (root === 'path' && attributes.length === 0 && (name === 'module' || name === 'root'))
      return [[{ base: name }]];
    // Terraform is always started in the root module.
    if (root === 'path' && attributes.length === 0 && name === 'cwd') return [[{ base: 'root' }]];
    if (root === 'each' && forEach && (name === 'key' || name === 'value'))
      return this.#elementsOf(forEach, name, attributes, depth);
    if (root === '' && variable) return this.#elementsOf(variable.of, variable.is, attributes, depth);
    return undefined;
  }

  /** Returns the keys or values of a collection, or one attribute of each value. */
  #elementsOf(collection: Expression, element: Element, attributes: string[], depth: number): Alternatives {
    if (++this.#steps > maxSteps || depth > 20) return undefined;
    const each = (items: Expression[]) =>
      union(items.map((item) => this.#memberOf(item, attributes, depth + 1)));
    switch (collection.kind) {
      case 'list':
        return element === 'value' ? each(collection.items) : undefined;
      case 'object':
        return each(collection.entries.map((entry) => entry[element]));
      case 'for': {
        const [first, second] = collection.results;
        const result = collection.keyed && element === 'value' ? second : first;
        return result && (collection.keyed || element === 'value') ? each([result]) : undefined;
      }
      case 'reference': {
        const [root, name = ''] = collection.path;
        const isLocal = root === 'local' && collection.path.length === 2 && collection.children.length === 0;
        const local = isLocal ? this.#module.locals.get(name) : undefined;
        return local && this.#elementsOf(local, element, attributes, depth + 1);
      }
      case 'call':
        return this.#elementsOfCall(collection, element, attributes, depth + 1);
      default:
        return undefined;
    }
  }

  /** In a set, keys equal values. */
  #elementsOfCall(
    call: Expression & { kind: 'call' },
    element: Element,
    attributes: string[],
    depth: number,
  ): Alternatives {
    const name = call.name.replace(/^core::/, '');
    if (name === 'fileset') return attributes.length === 0 ? [[{ filesetOf: call }]] : undefined;
    const [only, ...others] = call.arguments;
    const keeps = name === 'toset' || (element === 'value' && (name === 'sort' || name === 'tolist'));
    return only && others.length === 0 && keeps
      ? this.#elementsOf(only, 'value', attributes, depth)
      : undefined;
  }

  #memberOf(item: Expression, attributes: string[], depth: number): Alternatives {
    const [name, ...others] = attributes;
    if (name === undefined) return this.valuesOf(item, undefined, depth);
    if (item.kind === 'reference' && item.variable && item.children.length === 0)
      return this.#elementsOf(
        item.variable.of,
        item.variable.is,
        [...item.path.slice(2), ...attributes],
        depth + 1,
      );
    if (item.kind !== 'object' || item.entries.some(({ key }) => literalString(key) === undefined))
      return undefined;
    const found = item.entries.filter(({ key }) => literalString(key) === name);
    return union(found.map(({ value }) => this.#memberOf(value, others, depth + 1)));
  }
}

/** Combines the values of successive parts (Cartesian product). */
function combine(parts: Alternatives[]): Alternatives {
  let combined: Piece[][] = [[]];
  for (const values of parts) {
    if (!values || combined.length * values.length > maxAlternatives) return undefined;
    combined = combined.flatMap((before) => values.map((after) => [...before, ...after]));
    if (combined.some((pieces) => pieces.length > maxPieces)) return undefined;
  }
  return combined;
}

function union(all: Alternatives[]): Alternatives {
  const values: Piece[][] = [];
  for (const some of all) {
    if (!some || values.length + some.length > maxAlternatives) return undefined;
    values.push(...some);
  }
  return values.length > 0 ? values : undefined;
}
