import { attribute, type Block, type Expression } from '@deployment-engine/terraform-code';
import { addressOf, type CodeModule, calledFolder, type ProjectCode, type Report } from '../project-code.ts';
import { constantNumber } from './constant-number.ts';
import { SizeEstimate } from './cost-of-values.ts';

/** Per block: as many as one `range` of unknown length can create. Planning a million exhausts the memory. */
const maxOfBlock = 1024;
/** All blocks in all instances of a module. */
const maxInAll = 10_000;

type Repetition = { argument: 'count' | 'for_each'; line: number; column: number; times: number };

/** Checks how many objects the code creates, as far as visible; nested modules multiply. */
export function checkObjectCount(code: ProjectCode, report: Report): void {
  const count = new ObjectCount(code);
  for (const module of code.modules.values())
    for (const file of module.files)
      for (const block of file.body.blocks.filter(isRepeatable)) {
        const { argument, line, column, times } = count.repetition(block, module);
        const place = { file: file.path, line, column, address: addressOf(block), subject: argument };
        const inAll = times * (block.type === 'module' ? count.inModule(block, module) : 1);
        if (times > maxOfBlock)
          report(
            'PRE-COST',
            place,
            `${argument} makes ${times}; more than ${maxOfBlock} objects of one block are not planned`,
          );
        else if (inAll > maxInAll)
          report(
            'PRE-COST',
            place,
            `the module makes ${inAll} objects in all; more than ${maxInAll} are not planned`,
          );
      }
}

function isRepeatable({ type }: Block): boolean {
  return type === 'resource' || type === 'data' || type === 'module';
}

class ObjectCount {
  readonly #code: ProjectCode;
  readonly #estimates = new Map<CodeModule, SizeEstimate>();
  readonly #totals = new Map<CodeModule, number>();

  constructor(code: ProjectCode) {
    this.#code = code;
  }

  /** Unknown numbers, such as the value of a variable, count as one. */
  repetition(block: Block, module: CodeModule): Repetition {
    const estimate = this.#estimates.get(module) ?? new SizeEstimate(module);
    this.#estimates.set(module, estimate);
    const elementsOf = (value: Expression) => estimate.elementsOf(value);
    const count = attribute(block.body, 'count');
    if (count) {
      const times = constantNumber(count.value, module, elementsOf) ?? 1;
      return { argument: 'count', line: count.line, column: count.column, times };
    }
    const forEach = attribute(block.body, 'for_each');
    if (!forEach) return { argument: 'count', line: block.line, column: block.column, times: 1 };
    const { line, column } = forEach;
    return { argument: 'for_each', line, column, times: elementsOf(forEach.value) };
  }

  /**
   * Counts the objects in one instance of a called module; a cycle, which Terraform refuses, counts as zero.
   */
  inModule(call: Block, from: CodeModule): number {
    const module = this.#code.modules.get(calledFolder(call, from) ?? '');
    if (!module) return 0;
    const known = this.#totals.get(module);
    if (known !== undefined) return known;
    this.#totals.set(module, 0);
    const blocks = module.files.flatMap(({ body }) => body.blocks).filter(isRepeatable);
    const total = blocks.reduce((sum, block) => {
      const each = block.type === 'module' ? this.inModule(block, module) : 1;
      return sum + each * this.repetition(block, module).times;
    }, 0);
    this.#totals.set(module, Math.min(total, Number.MAX_SAFE_INTEGER));
    return this.#totals.get(module) ?? 0;
  }
}
