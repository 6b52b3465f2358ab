import { attribute, type Block, literalString } from '@deployment-engine/terraform-code';
import { type CodeModule, calledFolder, type ProjectCode, type Report } from '../project-code.ts';

/** Init writes an entry for each module call, even if its `count` is zero. */
const maxCalls = 1000;

/** Refuses remote modules: the engine would fetch code that nobody uploaded. */
export function checkModules(code: ProjectCode, report: Report): void {
  const tree = new CallTree(code);
  for (const module of code.modules.values())
    for (const file of module.files)
      for (const block of file.body.blocks.filter(({ type }) => type === 'module')) {
        const named = attribute(block.body, 'source');
        const source = literalString(named?.value);
        const problem = sourceProblem(source, calledFolder(block, module), code);
        const place = {
          file: file.path,
          line: named?.line ?? block.line,
          column: named?.column ?? block.column,
          address: `module.${block.labels[0] ?? ''}`,
          subject: source ?? '(computed)',
        };
        if (problem)
          report(
            'PRE-MODULE-SOURCE',
            problem.invalid ? { ...place, invalid: problem.invalid } : place,
            `the source of the module ${problem.text}`,
          );
        else if (tree.callsIn(block, module) > maxCalls)
          report(
            'PRE-COST',
            place,
            `the module calls itself, or makes more than ${maxCalls} calls of modules within modules`,
          );
      }
}

function sourceProblem(
  source: string | undefined,
  folder: string | undefined,
  code: ProjectCode,
): { text: string; invalid?: 'syntax' | 'module' } | undefined {
  if (source === undefined || folder === undefined)
    return { text: 'is missing or not a plain string', invalid: 'syntax' };
  if (!source.startsWith('./') && !source.startsWith('../'))
    return { text: 'is not a folder of the project' };
  if (/\/\/|[?\\\0:]/.test(source)) return { text: 'is more than a plain folder' };
  if (folder === '..' || folder.startsWith('../')) return { text: 'leaves the project' };
  if (!code.modules.has(folder))
    return { text: 'names a folder without code in the upload', invalid: 'module' };
  return undefined;
}

/** Counts the calls below each module call, itself included; infinite if a module calls itself. */
class CallTree {
  readonly #code: ProjectCode;
  readonly #totals = new Map<CodeModule, number>();

  constructor(code: ProjectCode) {
    this.#code = code;
  }

  callsIn(call: Block, from: CodeModule): number {
    const module = this.#code.modules.get(calledFolder(call, from) ?? '');
    if (!module) return 1;
    const known = this.#totals.get(module);
    if (known !== undefined) return 1 + known;
    this.#totals.set(module, Number.POSITIVE_INFINITY);
    const calls = module.files.flatMap(({ body }) => body.blocks).filter(({ type }) => type === 'module');
    const total = calls.reduce((sum, inner) => sum + this.callsIn(inner, module), 0);
    this.#totals.set(module, total);
    return 1 + total;
  }
}
