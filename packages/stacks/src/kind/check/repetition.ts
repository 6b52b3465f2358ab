import { attribute, type Block, childrenOf, type Expression } from '@deployment-engine/terraform-code';

/** A `count` or `for_each` whose number of objects an input decides. */
export type Repetition = { file: string; line: number; name: 'count' | 'for_each'; block: string };

/** What of a value matters: all of it, or how many elements it has and under which keys. */
type Part = 'all' | 'keys';
type Locals = ReadonlyMap<string, Expression>;

const repeated = ['resource', 'data', 'module'];
/** Functions whose keys are those of their arguments. */
const keyPreserving = ['merge', 'tomap', 'core::merge', 'core::tomap'];

/** Finds the blocks of a module that can't be planned while an input is unknown. */
export function repetitionsByInputs(blocksByFile: ReadonlyMap<string, Block[]>): Repetition[] {
  const locals = new Map<string, Expression>();
  for (const block of [...blocksByFile.values()].flat())
    if (block.type === 'locals') for (const { name, value } of block.body.attributes) locals.set(name, value);
  return [...blocksByFile].flatMap(([file, blocks]) =>
    blocks
      .filter(({ type }) => repeated.includes(type))
      .flatMap((block) =>
        (['count', 'for_each'] as const).flatMap((name) => {
          const argument = attribute(block.body, name);
          if (!argument || !needsInputs(argument.value, name === 'count' ? 'all' : 'keys', locals)) return [];
          return [{ file, line: argument.line, name, block: block.labels.join('.') }];
        }),
      ),
  );
}

function needsInputs(root: Expression, part: Part, locals: Locals): boolean {
  const seen = { all: new Set<Expression>(), keys: new Set<Expression>() };
  const pending: [Expression, Part][] = [[root, part]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [expression, wanted] = next;
    if (seen[wanted].has(expression)) continue;
    seen[wanted].add(expression);
    if (expression.kind === 'reference') {
      const [scope, name = ''] = expression.path;
      if (scope === 'var' && name === 'inputs') return true;
      const value = scope === 'local' ? locals.get(name) : undefined;
      if (value) pending.push([value, wanted]);
    }
    pending.push(...partsOf(expression, wanted));
  }
  return false;
}

/** What a part of an expression is made of. */
function partsOf(expression: Expression, part: Part): [Expression, Part][] {
  const whole = (expressions: Expression[]) => expressions.map((inner): [Expression, Part] => [inner, 'all']);
  switch (expression.kind) {
    case 'reference': {
      const { variable } = expression;
      const of: [Expression, Part][] = variable
        ? [[variable.of, variable.is === 'key' ? 'keys' : 'all']]
        : [];
      return [...of, ...whole(expression.children)];
    }
    case 'for': {
      const { collection, results, keyed } = expression;
      const wanted = keyed && part === 'keys' ? results.filter((_, index) => index !== 1) : results;
      return [[collection, 'keys'], ...whole(wanted)];
    }
    case 'object':
      return part === 'keys'
        ? whole(expression.entries.map(({ key }) => key))
        : whole(childrenOf(expression));
    case 'call': {
      const inner = keyPreserving.includes(expression.name) ? part : 'all';
      return expression.arguments.map((argument) => [argument, inner]);
    }
    default:
      return whole(childrenOf(expression));
  }
}
