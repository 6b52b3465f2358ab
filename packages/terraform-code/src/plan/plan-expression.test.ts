import { readPlanExpression } from './plan-expression.ts';

const value = (constant: unknown, references: string[] = []) => ({ kind: 'value', constant, references });

test.each([
  ['nothing', undefined, undefined],
  ['a text, which Terraform never writes', 'x', undefined],
  ['a constant', { constant_value: 'x' }, value('x')],
  ['the constant null', { constant_value: null }, value(null)],
  ['references', { references: ['var.a.b', 'var.a'] }, value(undefined, ['var.a.b', 'var.a'])],
  ['a function of nothing', {}, { kind: 'block', arguments: {} }],
  [
    'a block with an argument named references',
    { references: { constant_value: 1 } },
    { kind: 'block', arguments: { references: { constant_value: 1 } } },
  ],
  ['blocks', [{ a: {} }, { a: {} }], { kind: 'blocks', blocks: [{ a: {} }, { a: {} }] }],
] as [string, unknown, unknown][])('%s is read', (_, json, expected) => {
  expect(readPlanExpression(json)).toStrictEqual(expected);
});
