import { parseHcl } from '@deployment-engine/terraform-code';
import { groupModules } from '../project-code.ts';
import { constantNumber } from './constant-number.ts';

const elementsOf = () => 7;

/** Evaluates an expression in a module with some locals. */
function numberOf(expression: string, length?: typeof elementsOf): number | undefined {
  const code = `locals {\n  six = 6\n  twelve = local.six * 2\n  unknown = var.x\n  asked = ${expression}\n}\n`;
  const module = groupModules([{ path: 'main.tf', directory: '.', body: parseHcl(code) }]).get('.');
  const asked = module?.locals.get('asked');
  if (!module || !asked) throw new Error(`${expression} did not parse`);
  return constantNumber(asked, module, length);
}

test.each<[string, number | undefined]>([
  ['5', 5],
  ['"5"', 5],
  ['true', 1],
  ['null', undefined],
  ['""', undefined],
  ['"five"', undefined],
  ['2 + 3', 5],
  ['9 - 2 - 3', 4],
  ['2 + 3 * 4', 14],
  ['2 * 3 + 4', 10],
  ['20 / 4 / 5', 1],
  ['7 % 4', 3],
  ['10 - 2 * 3 + 1', 5],
  ['1 / 0', Number.POSITIVE_INFINITY],
  ['2 + var.x', undefined],
  ['2 == 2', undefined],
  ['pow(2, 10)', 1024],
  ['max(1, 3, 2)', 3],
  ['min(3, 1, 2)', 1],
  ['abs(1 - 5)', 4],
  ['ceil(1.2)', 2],
  ['floor(1.8)', 1],
  ['tonumber("12")', 12],
  ['parseint("12", 10)', 12],
  ['max(1, var.x)', undefined],
  ['pow(2, var.x)', undefined],
  ['tonumber(var.x)', undefined],
  ['signum(3)', undefined],
  ['constructor(3)', undefined],
  ['local.twelve', 12],
  ['local.unknown', undefined],
  ['local.missing', undefined],
  ['local.six.name', undefined],
  ['var.six', undefined],
  ['[1]', undefined],
])('%s is %s', (expression, expected) => {
  expect(numberOf(expression)).toBe(expected);
});

test('a length counts elements only where the caller counts them', () => {
  expect(numberOf('length(var.names) * 2', elementsOf)).toBe(14);
  expect(numberOf('core::length(var.names)', elementsOf)).toBe(7);
  expect(numberOf('length()', elementsOf)).toBe(undefined);
  expect(numberOf('max(length(var.names), 9)', elementsOf)).toBe(9);
  expect(numberOf('keys(var.names)', elementsOf)).toBe(undefined);
  expect(numberOf('length(var.names)')).toBe(undefined);
});

test('an expression of more than 200 parts is not evaluated', () => {
  const sum = (count: number) => `max(${Array(4).fill(Array(count).fill('1').join(' + ')).join(', ')})`;
  expect(numberOf(sum(48))).toBe(48);
  expect(numberOf(sum(50))).toBe(undefined);
});
