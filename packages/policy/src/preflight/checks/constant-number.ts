import type { Expression } from '@deployment-engine/terraform-code';
import type { CodeModule } from '../project-code.ts';

const operations: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};
const functions: Record<string, (...values: number[]) => number> = {
  pow: (base, exponent) => (base ?? 0) ** (exponent ?? 0),
  max: Math.max,
  min: Math.min,
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  tonumber: (value) => value ?? 0,
  parseint: (value) => value ?? 0,
};

type Evaluation = { steps: number; elementsOf: ((value: Expression) => number) | undefined };

/** Evaluates an expression to a number, by plain arithmetic, locals and `length`, if possible. */
export function constantNumber(
  expression: Expression,
  module: CodeModule,
  elementsOf?: (value: Expression) => number,
): number | undefined {
  const value = evaluate(expression, module, { steps: 200, elementsOf });
  return value === undefined || Number.isNaN(value) ? undefined : value;
}

function evaluate(expression: Expression, module: CodeModule, budget: Evaluation): number | undefined {
  if (budget.steps-- <= 0) return undefined;
  const all = (list: Expression[]) => list.map((item) => evaluate(item, module, budget));
  switch (expression.kind) {
    case 'literal':
      return expression.value === null || expression.value === '' ? undefined : Number(expression.value);
    case 'operation':
      return fold(expression.operators, all(expression.operands.slice(0, 50)));
    case 'call': {
      const [only] = expression.arguments;
      if (only && budget.elementsOf && expression.name.replace(/^core::/, '') === 'length')
        return budget.elementsOf(only);
      const compute = Object.hasOwn(functions, expression.name) ? functions[expression.name] : undefined;
      const values = compute ? all(expression.arguments.slice(0, 50)) : [];
      return compute && values.every((value) => value !== undefined) ? compute(...values) : undefined;
    }
    case 'reference': {
      const local = expression.path[0] === 'local' ? module.locals.get(expression.path[1] ?? '') : undefined;
      return local && expression.path.length === 2 ? evaluate(local, module, budget) : undefined;
    }
    default:
      return undefined;
  }
}

/** `*`, `/` and `%` bind tighter than `+` and `-`. */
function fold(operators: string[], operands: (number | undefined)[]): number | undefined {
  const terms: number[] = [];
  for (const [index, operand] of operands.entries()) {
    const operator = index === 0 ? '+' : (operators[index - 1] ?? '');
    const apply = Object.hasOwn(operations, operator) ? operations[operator] : undefined;
    if (operand === undefined || !apply) return undefined;
    if (operator === '+' || operator === '-') terms.push(apply(0, operand));
    else terms.push(apply(terms.pop() ?? 0, operand));
  }
  return terms.reduce((sum, term) => sum + term, 0);
}
