import {
  type Block,
  CodeSyntaxError,
  type Expression,
  parseTemplateFile,
  walkBody,
  walkExpression,
} from '@deployment-engine/terraform-code';
import { patternProblem, resolvePath } from '../in-tree-path.ts';
import type { PathScope } from '../path-alternatives.ts';
import {
  addressOf,
  type CodeFile,
  type CodeModule,
  forEachOf,
  type ProjectCode,
  providerAddress,
  type Report,
} from '../project-code.ts';
import { checkCallCost } from './cost-of-calls.ts';
import { fileFunctions, isPureOfProvider, pureFunctions, refusedFunctions } from './known-functions.ts';

type Call = Expression & { kind: 'call' };
type Place = { scope: PathScope; file: string; address?: string };

/** Checks calls in all code and in the templates it renders. */
export function checkFunctions(code: ProjectCode, report: Report): void {
  const check = new FunctionCheck(code, report);
  for (const module of code.modules.values())
    for (const file of module.files) {
      const { attributes, blocksRepeatAttributes } = file.body;
      walkBody(
        { attributes, blocks: [], blocksRepeatAttributes },
        check.visitor({ scope: { module }, file: file.path }),
      );
      for (const block of file.body.blocks) walkBody(block.body, check.visitor(placeOf(block, module, file)));
    }
}

function placeOf(block: Block, module: CodeModule, file: CodeFile): Place {
  const scope = { module, forEach: forEachOf(block) };
  return block.type === 'resource' || block.type === 'data'
    ? { scope, file: file.path, address: addressOf(block) }
    : { scope, file: file.path };
}

class FunctionCheck {
  readonly #code: ProjectCode;
  readonly #report: Report;
  /** Templates already scanned; also ends recursion of templates that render each other. */
  readonly #templates = new Set<string>();

  constructor(code: ProjectCode, report: Report) {
    this.#code = code;
    this.#report = report;
  }

  visitor(place: Place): (expression: Expression) => void {
    return (expression) => {
      if (expression.kind === 'call') this.#checkCall(expression, place);
    };
  }

  #checkCall(call: Call, place: Place): void {
    const name = call.name.replace(/^core::/, '');
    const at = { ...where(call, place), subject: call.name };
    if (fileFunctions.has(name)) this.#checkFileCall(name, call, place);
    else if (isOfProvider(name, place.scope.module)) return;
    else if (!pureFunctions.has(name))
      this.#report(
        'PRE-FUNCTION',
        refusedFunctions.has(name) || name.includes('::') ? at : { ...at, invalid: 'function' },
        `${call.name}() is not among the functions that only compute`,
      );
    else checkCallCost(name, call, place.scope, (message) => this.#report('PRE-COST', at, message));
  }

  #checkFileCall(name: string, call: Call, place: Place): void {
    const at = { ...where(call, place), subject: call.name };
    const path = resolvePath(call.arguments[0], place.scope);
    if (!path.inside) {
      this.#report('PRE-FILE-FUNCTION', at, `${call.name}() may leave the project: ${path.reason}`);
      return;
    }
    if (name === 'fileset') {
      const [, pattern] = call.arguments;
      const text =
        pattern?.kind === 'literal' && typeof pattern.value === 'string' ? pattern.value : undefined;
      const problem = patternProblem(text);
      if (problem) this.#report('PRE-FILE-FUNCTION', at, `fileset() may leave the project: ${problem}`);
    }
    if (name === 'templatefile') for (const one of path.paths ?? [null]) this.#checkTemplate(one, at, place);
  }

  #checkTemplate(path: string | null, at: ReturnType<typeof where>, place: Place): void {
    const text = path === null ? undefined : this.#code.readText(path);
    if (path === null || typeof text !== 'string') {
      this.#report('PRE-TEMPLATE', at, `${path ?? 'the template'} is not one text file of the project`);
      return;
    }
    if (this.#templates.has(path)) return;
    this.#templates.add(path);
    try {
      // In a template, the caller chooses the meaning of `path` and `local`; plain paths are relative to the
      // root.
      const scope = { module: place.scope.module };
      walkExpression(parseTemplateFile(text), this.visitor({ scope, file: path }));
    } catch (error) {
      if (!(error instanceof CodeSyntaxError)) throw error;
      this.#report(
        'PRE-TEMPLATE',
        {
          file: path,
          line: error.line,
          column: error.column,
          ...(error.isLimit ? {} : { invalid: 'syntax' as const }),
        },
        `the template does not parse: ${error.message}`,
      );
    }
  }
}

/** The module's required providers decide what a local name means. */
function isOfProvider(name: string, module: CodeModule): boolean {
  const [, local = '', called = ''] = /^provider::([\w-]+)::(\w+)$/.exec(name) ?? [];
  const required = module.providers.get(local);
  const address = required === undefined ? providerAddress(local) : required;
  return address !== null && isPureOfProvider(address, called);
}

function where({ line, column }: Call, { file, address }: Place) {
  return { file, line, column, ...(address === undefined ? {} : { address }) };
}
