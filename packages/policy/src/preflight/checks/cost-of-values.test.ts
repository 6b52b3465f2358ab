// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import { parseHcl } from '@deployment-engine/terraform-code';
import { judge, tf } from '../code-fixture.ts';
import { groupModules } from '../project-code.ts';
import { SizeEstimate } from './cost-of-values.ts';

/** Returns bytes and elements of an expression. */
function sizeOf(expression: string): [bytes: number, elements: number] {
  const locals =
    'two = ["ab", "cd"]\n  nested = [range(3), range(3)]\n  alias = local.two\n  cycle = local.cycle';
  const code = `locals {\n  ${locals}\n  asked = ${expression}\n}\n`;
  const module = groupModules([{ path: 'main.tf', directory: '.', body: parseHcl(code) }]).get('.');
  const asked = module?.locals.get('asked');
  if (!module || !asked) throw new Error(`${expression} did not parse`);
  const estimate = new SizeEstimate(module);
  return [estimate.bytesOf(asked), estimate.elementsOf(asked)];
}

test.each<[string, number, number]>([
  ['"abcd"', 4, 1],
  ['12345', 5, 1],
  ['["a", "bc", "def"]', 6, 3],
  ['{ ab = "c", de = "fg" }', 7, 2],
  ['var.x', 1, 1],
  ['local.missing', 1, 1],
  ['local.two', 4, 2],
  ['local.alias', 4, 2],
  ['local.cycle', 1, 1],
  ['"${local.two[0]}-${local.two[1]}"', 9, 5],
  ['[for x in local.two : "abc"]', 10, 2],
  ['{ for x in local.two : x => "abc" }', 12, 2],
  ['range(10)', 4096, 10],
  ['range(5, 8)', 4096, 3],
  ['range(8, 5)', 4096, 3],
  ['range(0)', 4096, 1],
  ['range(5000)', 4096, 1024],
  ['range(var.n)', 4096, 1024],
  ['range(1, var.n)', 4096, 1024],
  ['length(local.two)', 1, 1],
  ['replace("abcd", "a", "xyz")', 12, 1],
  ['join("--", local.two)', 8, 1],
  ['setproduct(local.two, ["x", "y", "z"])', 12, 6],
  ['flatten(local.nested)', 8192, 6],
  ['flatten([for a in local.two : range(4)])', 8196, 8],
  ['concat(local.two, ["x"])', 5, 3],
  ['concat(local.nested...)', 8192, 6],
  ['merge({ a = "b" }, { c = "d" })', 4, 2],
  ['setunion(local.two, local.two)', 8, 4],
  ['core::length(local.two)', 1, 1],
  ['upper(local.two)', 4, 2],
])('%s has about %i bytes and %i elements', (expression, bytes, elements) => {
  expect(sizeOf(expression)).toStrictEqual([bytes, elements]);
});

test('a size beyond all numbers stays a number', () => {
  const product = `setproduct(${Array(8).fill('range(1000)').join(', ')})`;
  expect(sizeOf(product)).toStrictEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]);
  expect(sizeOf(`[${product}, ${product}]`)[0]).toBe(Number.MAX_SAFE_INTEGER);
});

test('a value is too large beyond 64 MB, wherever it is written', () => {
  const large = 'join("", [for a in range(1024) : [for b in range(1024) : "REPEATED"]])';
  const findings = (code: string) =>
    judge(tf(code)).findings.map(({ id, line, subject, message }) => [id, line, subject, message]);
  const of = (length: number) => large.replace('REPEATED', 'x'.repeat(length));
  expect(findings(`locals {\n  a = ${of(30)}\n}\n`)).toStrictEqual([]);
  expect(findings(`locals {\n  a = ${of(80)}\n}\n`)).toStrictEqual([
    ['PRE-COST', 2, 'local.a', 'local.a grows beyond 64 MB'],
  ]);
  expect(findings(`resource "aws_s3_bucket" "b" {\n  x {\n    tag = ${of(80)}\n  }\n}\n`)).toStrictEqual([
    ['PRE-COST', 3, 'tag', 'tag grows beyond 64 MB'],
  ]);
});
