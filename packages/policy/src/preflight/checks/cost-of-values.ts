import { type Attribute, type Body, childrenOf, type Expression } from '@deployment-engine/terraform-code';
import type { CodeModule, ProjectCode, Report } from '../project-code.ts';
import { constantNumber } from './constant-number.ts';

/** Larger values come from repeated doubling, not from people. */
const maxBytes = 64 * 1024 * 1024;
/** Terraform itself refuses longer ranges. */
const maxRangeLength = 1024;

/**
 * Upper bound of a value's size, as far as the code shows it: bytes, elements, and the elements of all nested
 * lists, in which a range of unknown length counts as one.
 */
type Size = { bytes: number; count: number; leaves: number };
const one: Size = { bytes: 1, count: 1, leaves: 1 };
const none: Size = { bytes: 0, count: 0, leaves: 0 };

/** Finds values that double each other: a kilobyte of code can make gigabytes. */
export function checkSizeOfValues(code: ProjectCode, report: Report): void {
  for (const module of code.modules.values()) {
    const estimate = new SizeEstimate(module);
    for (const file of module.files)
      for (const block of file.body.blocks)
        for (const { name, line, column, value } of attributesWithin(block.body)) {
          const subject = block.type === 'locals' ? `local.${name}` : name;
          if (estimate.bytesOf(value) > maxBytes)
            report('PRE-COST', { file: file.path, line, column, subject }, `${subject} grows beyond 64 MB`);
        }
  }
}

function attributesWithin({ attributes, blocks, blocksRepeatAttributes }: Body): Attribute[] {
  if (blocksRepeatAttributes) return attributes;
  return [...attributes, ...blocks.flatMap(({ body }) => attributesWithin(body))];
}

export class SizeEstimate {
  readonly #module: CodeModule;
  readonly #known = new Map<string, Size>();

  constructor(module: CodeModule) {
    this.#module = module;
  }

  /** Follows references iteratively: a chain of locals may be as long as the code. */
  #ofLocal(name: string): void {
    const pending = [name];
    const visited = new Set<string>();
    for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
      const value = this.#known.has(next) ? undefined : this.#module.locals.get(next);
      if (value && !visited.has(next)) {
        visited.add(next);
        for (const needed of this.#unknownLocals(value)) if (!visited.has(needed)) pending.push(needed);
      } else {
        if (value) this.#known.set(next, this.#of(value));
        pending.pop();
      }
    }
  }

  /** Returns the number of elements of a value; one if the code does not show it. */
  elementsOf(expression: Expression): number {
    return this.#sizeOf(expression).count;
  }

  bytesOf(expression: Expression): number {
    return this.#sizeOf(expression).bytes;
  }

  #sizeOf(expression: Expression): Size {
    for (const name of this.#unknownLocals(expression)) this.#ofLocal(name);
    return this.#of(expression);
  }

  #unknownLocals(root: Expression): string[] {
    const names = new Set<string>();
    const pending = [root];
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (next.kind === 'reference' && next.path[0] === 'local' && next.path[1]) names.add(next.path[1]);
      for (const child of childrenOf(next)) pending.push(child);
    }
    return [...names].filter((name) => this.#module.locals.has(name) && !this.#known.has(name));
  }

  #of(expression: Expression): Size {
    switch (expression.kind) {
      case 'literal':
        return { ...one, bytes: String(expression.value).length };
      case 'reference':
        return (expression.path[0] === 'local' && this.#known.get(expression.path[1] ?? '')) || one;
      case 'for':
        return this.#ofFor(expression);
      case 'list':
        return { ...total(expression.items.map((item) => this.#of(item))), count: expression.items.length };
      case 'object': {
        const { bytes } = total(expression.entries.map(({ key }) => this.#of(key)));
        const values = total(expression.entries.map(({ value }) => this.#of(value)));
        return { ...values, bytes: bytes + values.bytes, count: expression.entries.length };
      }
      case 'call':
        return this.#ofCall(expression);
      default:
        return total(childrenOf(expression).map((child) => this.#of(child)));
    }
  }

  #ofFor({ collection, results, keyed }: Expression & { kind: 'for' }): Size {
    const { bytes, count, leaves } = this.#of(collection);
    const sizes = results.map((result) => this.#of(result));
    const value = sizes[keyed ? 1 : 0] ?? one;
    return {
      bytes: bytes + times(count, total(sizes).bytes),
      count,
      leaves: times(Math.min(count, leaves), value.leaves),
    };
  }

  #ofCall(call: Expression & { kind: 'call' }): Size {
    const values = call.arguments;
    const name = call.name.replace(/^core::/, '');
    const sizes = values.map((value) => this.#of(value));
    const [first = one, second = first, third = second] = sizes;
    const all = total(sizes);
    switch (name) {
      case 'range':
        return this.#ofRange(values);
      case 'length':
        return one;
      case 'replace':
        return { ...one, bytes: times(first.bytes, third.bytes) };
      case 'join':
        return { ...one, bytes: second.bytes + times(first.bytes, second.count) };
      case 'setproduct': {
        const count = sizes.reduce((product, size) => times(product, size.count), 1);
        const bytes = times(count, sizes.length);
        return { bytes, count, leaves: bytes };
      }
      case 'flatten':
        return { ...first, count: Math.max(first.count, first.leaves) };
      // With one argument, it is a list of lists that is expanded: `concat(local.lists...)`.
      case 'concat':
      case 'merge':
      case 'setunion':
        return sizes.length === 1 ? { ...first, count: Math.max(first.count, first.leaves) } : all;
      default:
        return all;
    }
  }

  #ofRange(values: Expression[]): Size {
    const numbers = values.map((value) => constantNumber(value, this.#module));
    const bytes = maxRangeLength * 4;
    if (numbers.includes(undefined)) return { bytes, count: maxRangeLength, leaves: 1 };
    const [from = 0, to = 0] = numbers.length === 1 ? [0, numbers[0]] : numbers;
    const count = Math.min(maxRangeLength, Math.max(1, Math.abs(to - from)));
    return { bytes, count, leaves: count };
  }
}

/** Multiplies sizes; even an empty text occupies a place in a list. */
function times(count: number, each: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(1, count) * Math.max(1, each));
}

function total(sizes: Size[]): Size {
  const sum = { ...none };
  for (const { bytes, count, leaves } of sizes) {
    sum.bytes = Math.min(Number.MAX_SAFE_INTEGER, sum.bytes + bytes);
    sum.count = Math.min(Number.MAX_SAFE_INTEGER, sum.count + count);
    sum.leaves = Math.min(Number.MAX_SAFE_INTEGER, sum.leaves + leaves);
  }
  return sum;
}
