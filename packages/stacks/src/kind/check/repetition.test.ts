import { parseHcl } from '@deployment-engine/terraform-code';
import { repetitionsByInputs } from './repetition.ts';

const found = (code: string) =>
  repetitionsByInputs(new Map([['main.tf', parseHcl(code).blocks]])).map(
    ({ line, name, block }) => `${line} ${name} ${block}`,
  );
const resource = (argument: string, locals = '') =>
  `resource "x" "y" {\n  ${argument}\n}\nlocals {\n${locals}\n}\n`;

test.each([
  ['count = length(var.inputs)', ''],
  ['count = var.inputs["a/b.c"] == "x" ? 1 : 0', ''],
  ['count = local.a ? 1 : 0', 'a = local.b\nb = can(var.inputs["a/b.c"])'],
  ['for_each = toset([var.inputs["a/b.c"]])', ''],
  ['for_each = { for t in var.spec.list : var.inputs[t.name] => t }', ''],
  ['for_each = { for t in var.spec.list : t.name => t if var.inputs[t.name] != "" }', ''],
  [
    'for_each = { for t in local.list : t.name => t }',
    'list = [for t in var.spec.list : { name = var.inputs[t] }]',
  ],
  ['for_each = { for k, v in var.inputs : k => v }', ''],
  ['for_each = merge(local.a, { b = 1 })', 'a = { "${var.inputs["a/b.c"]}" = 1 }'],
])('%s hangs on an input', (argument, locals) => {
  const [name] = argument.split(' ');
  expect(found(resource(argument, locals))).toStrictEqual([`2 ${name} x.y`]);
});

test.each([
  ['count = length(var.spec.list)', ''],
  ['name = var.inputs["a/b.c"]', ''],
  ['for_each = { for i, t in var.spec.list : i => var.inputs[t.name] }', ''],
  ['for_each = { one = var.inputs["a/b.c"] }', ''],
  ['for_each = merge(local.a, local.b)', 'a = { for t in var.spec.list : t => var.inputs[t] }\nb = {}'],
  ['for_each = { for k, v in local.a : k => 1 }', 'a = { for t in var.spec.list : t => var.inputs[t] }'],
  ['for_each = local.a', 'a = local.b\nb = local.a'],
])('%s can be planned with unknown inputs', (argument, locals) => {
  expect(found(resource(argument, locals))).toStrictEqual([]);
});

test('data sources and modules are looked at, in all files', () => {
  const blocks = new Map([
    [
      'a.tf',
      parseHcl('data "x" "y" {\n  count = local.n\n}\nmodule "m" {\n  for_each = var.inputs\n}').blocks,
    ],
    ['b.tf', parseHcl('locals {\n  n = length(var.inputs)\n}').blocks],
  ]);
  expect(repetitionsByInputs(blocks)).toStrictEqual([
    { file: 'a.tf', line: 2, name: 'count', block: 'x.y' },
    { file: 'a.tf', line: 5, name: 'for_each', block: 'm' },
  ]);
});
