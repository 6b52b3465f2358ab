import type { Expression } from '../hcl/syntax-tree.ts';
import { childrenOf } from '../hcl/syntax-tree.ts';
import type { CodeModule, ProjectCode, Report } from '../project-code.ts';
import { constantNumber } from './constant-number.ts';

/** Values above this size come from doubling, not from people. */
const maxBytes = 64 * 1024 * 1024;
/** Terraform refuses longer ranges itself. */
const maxRangeLength = 1024;

/** How big a value gets at most, as far as the code shows: its bytes and its number of elements. */
type Size = { bytes: number; count: number };
const one: Size = { bytes: 1, count: 1 };
const none: Size = { bytes: 0, count: 0 };

/** Locals that double each other: a kilobyte of code for gigabytes of value. */
export function checkSizeOfLocals(code: ProjectCode, report: Report): void {
  for (const module of code.modules.values()) {
    const estimate = new SizeEstimate(module);
    for (const file of module.files)
      for (const block of file.body.blocks.filter(({ type }) => type === 'locals'))
        for (const { name, line } of block.body.attributes)
          if (estimate.ofLocal(name).bytes > maxBytes)
            report(
              'PRE-COST',
              { file: file.path, line, subject: `local.${name}` },
              `local.${name} grows beyond 64 MB`,
            );
  }
}

export class SizeEstimate {
  private readonly module: CodeModule;
  private readonly known = new Map<string, Size>();

  constructor(module: CodeModule) {
    this.module = module;
  }

  /** Follows references in a loop of its own: a chain of locals may be as long as the code. */
  ofLocal(name: string): Size {
    const pending = [name];
    const visited = new Set<string>();
    for (let next = pending.at(-1); next !== undefined; next = pending.at(-1)) {
      const value = this.known.has(next) ? undefined : this.module.locals.get(next);
      if (value && !visited.has(next)) {
        visited.add(next);
        for (const needed of this.unknownLocals(value)) if (!visited.has(needed)) pending.push(needed);
      } else {
        if (value) this.known.set(next, this.of(value));
        pending.pop();
      }
    }
    return this.known.get(name) ?? one;
  }

  /** Elements of a value; one where the code does not tell. */
  elementsOf(expression: Expression): number {
    for (const name of this.unknownLocals(expression)) this.ofLocal(name);
    return this.of(expression).count;
  }

  private unknownLocals(root: Expression): string[] {
    const names = new Set<string>();
    const pending = [root];
    for (let next = pending.pop(); next; next = pending.pop()) {
      if (next.kind === 'reference' && next.path[0] === 'local' && next.path[1]) names.add(next.path[1]);
      for (const child of childrenOf(next)) pending.push(child);
    }
    return [...names].filter((name) => this.module.locals.has(name) && !this.known.has(name));
  }

  private of(expression: Expression): Size {
    switch (expression.kind) {
      case 'literal':
        return { bytes: String(expression.value).length, count: 1 };
      case 'reference':
        return (expression.path[0] === 'local' && this.known.get(expression.path[1] ?? '')) || one;
      case 'for': {
        const { count } = this.of(expression.collection);
        return { bytes: count * total(expression.results.map((result) => this.of(result))).bytes, count };
      }
      case 'list':
        return { ...total(expression.items.map((item) => this.of(item))), count: expression.items.length };
      case 'object':
        return {
          ...total(childrenOf(expression).map((child) => this.of(child))),
          count: expression.entries.length,
        };
      case 'call':
        return this.ofCall(expression);
      default:
        return total(childrenOf(expression).map((child) => this.of(child)));
    }
  }

  private ofCall({ name, arguments: values }: Expression & { kind: 'call' }): Size {
    const sizes = values.map((value) => this.of(value));
    const [first = one, second = first, third = second] = sizes;
    if (name === 'range') return { bytes: maxRangeLength * 4, count: this.rangeLength(values) };
    if (name === 'replace') return { bytes: first.bytes * Math.max(1, third.bytes), count: 1 };
    if (name === 'join') return { bytes: second.bytes + first.bytes * second.count, count: 1 };
    if (name === 'setproduct') {
      const count = sizes.reduce((product, size) => product * Math.max(1, size.count), 1);
      return { bytes: count * sizes.length, count };
    }
    return total(sizes);
  }

  private rangeLength(values: Expression[]): number {
    const numbers = values.map((value) => constantNumber(value, this.module));
    if (numbers.includes(undefined)) return maxRangeLength;
    const [from = 0, to = 0] = numbers.length === 1 ? [0, numbers[0]] : numbers;
    return Math.min(maxRangeLength, Math.max(1, Math.abs(to - from)));
  }
}

function total(sizes: Size[]): Size {
  const sum = { ...none };
  for (const { bytes, count } of sizes) {
    sum.bytes = Math.min(Number.MAX_SAFE_INTEGER, sum.bytes + bytes);
    sum.count = Math.min(Number.MAX_SAFE_INTEGER, sum.count + count);
  }
  return sum;
}
