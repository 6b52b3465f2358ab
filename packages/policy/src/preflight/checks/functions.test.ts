// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import { type Files, judge, local, resource, tf } from '../code-fixture.ts';
import { pureFunctions } from './known-functions.ts';

const ids = ['PRE-FUNCTION', 'PRE-FILE-FUNCTION', 'PRE-TEMPLATE', 'PRE-COST'];
const findings = (files: Files) =>
  judge(files)
    .findings.filter(({ id }) => ids.includes(id))
    .map(({ id, file, line, address, subject, invalid }) => [id, file, line, address, subject, invalid]);
const found = (files: Files) => findings(files).map(([id, , , , subject, invalid]) => [id, subject, invalid]);

test('every function that only computes is accepted, with and without its namespace', () => {
  const calls = [...pureFunctions].filter((name) => name !== 'bcrypt');
  expect(calls.length).toBeGreaterThan(100);
  for (const prefix of ['', 'core::'])
    expect(found(local(`[\n${calls.map((name) => `${prefix}${name}(1)`).join(',\n')}\n]`))).toStrictEqual([]);
});

test('an unknown function is invalid code; a refused one and one of a provider are not', () => {
  expect(found(local('uper("x")'))).toStrictEqual([['PRE-FUNCTION', 'uper', 'function']]);
  expect(found(local('templatestring("x", {})'))).toStrictEqual([
    ['PRE-FUNCTION', 'templatestring', undefined],
  ]);
  expect(found(local('provider::evil::x("y")'))).toStrictEqual([
    ['PRE-FUNCTION', 'provider::evil::x', undefined],
  ]);
});

test.each([
  'file',
  'filebase64',
  'filebase64sha256',
  'filebase64sha512',
  'fileexists',
  'filemd5',
  'filesha1',
  'filesha256',
  'filesha512',
  'templatefile',
  'fileset',
])('%s reads only files of the project', (name) => {
  const call = (path: string) => ({ ...local(`${name}(${path}, "*")`), 'a.txt': 'x' });
  expect(found(call('"a.txt"'))).toStrictEqual([]);
  expect(found(call('"/etc/passwd"'))).toStrictEqual([['PRE-FILE-FUNCTION', name, undefined]]);
  expect(found(call('var.x'))).toStrictEqual([['PRE-FILE-FUNCTION', name, undefined]]);
});

test('a pattern of fileset is a literal that stays in its folder', () => {
  const of = (pattern: string) => found(local(`fileset("a"${pattern})`)).length;
  expect(['', ', var.x', ', 5', ', "../*"', ', "*"'].map(of)).toStrictEqual([1, 1, 1, 1, 0]);
});

test.each([
  ['aws', 'arn_build', 'arn_parse', 'trim_iam_role_path', 'user_agent'],
  ['azurerm', 'normalise_resource_id', 'parse_resource_id'],
  [
    'google',
    'location_from_id',
    'name_from_id',
    'project_from_id',
    'region_from_id',
    'region_from_zone',
    'zone_from_id',
  ],
  [
    'google-beta',
    'location_from_id',
    'name_from_id',
    'project_from_id',
    'region_from_id',
    'region_from_zone',
  ],
  ['time', 'duration_parse', 'rfc3339_parse', 'unix_timestamp_parse'],
])('functions of %s that only compute are accepted', (provider, ...names) => {
  for (const name of names) expect(found(local(`provider::${provider}::${name}("x")`))).toStrictEqual([]);
  const other = `provider::${provider}::other`;
  expect(found(local(`${other}("x")`))).toStrictEqual([['PRE-FUNCTION', other, undefined]]);
});

test('functions of Terraform’s own provider are accepted; a longer name is another function', () => {
  for (const name of ['decode_tfvars', 'encode_expr', 'encode_tfvars'])
    expect(found(local(`provider::terraform::${name}("x")`))).toStrictEqual([]);
  for (const name of ['provider::aws::arn_parse::x', 'x::provider::aws::arn_parse', 'provider::random::x'])
    expect(found(local(`${name}("x")`))).toStrictEqual([['PRE-FUNCTION', name, undefined]]);
});

test('a local name whose source is not a plain string has no accepted functions', () => {
  const required = 'terraform {\n  required_providers {\n    aws = { source = var.x }\n  }\n}\n';
  const code = `${required}locals {\n  a = provider::aws::arn_parse("x")\n}\n`;
  expect(found(tf(code))).toStrictEqual([['PRE-FUNCTION', 'provider::aws::arn_parse', undefined]]);
});

test('a finding names the resource or data source that it is in, and its place in other blocks', () => {
  expect(findings(resource('bucket = uper("x")'))).toStrictEqual([
    ['PRE-FUNCTION', 'main.tf', 2, 'aws_s3_bucket.b', 'uper', 'function'],
  ]);
  expect(findings(tf('data "aws_vpc" "v" {\n  a {\n    b = uper("x")\n  }\n}\n'))).toStrictEqual([
    ['PRE-FUNCTION', 'main.tf', 3, 'data.aws_vpc.v', 'uper', 'function'],
  ]);
  expect(findings(tf('output "o" {\n  value = uper("x")\n}\na = uper("y")\n'))).toStrictEqual([
    ['PRE-FUNCTION', 'main.tf', 4, null, 'uper', 'function'],
    ['PRE-FUNCTION', 'main.tf', 2, null, 'uper', 'function'],
  ]);
});

test('calls in templates are reported at their line of the template, once', () => {
  const template = { 't.tpl': 'a\n${uper("x")}\n${templatefile("t.tpl", {})}\n' };
  const twice = local('[templatefile("t.tpl", {}), templatefile("t.tpl", {})]');
  expect(findings({ ...twice, ...template })).toStrictEqual([
    ['PRE-FUNCTION', 't.tpl', 2, null, 'uper', 'function'],
  ]);
});

test('a template is one text file of the project that parses', () => {
  const call = local('templatefile("t.tpl", {})');
  expect(findings(call)).toStrictEqual([['PRE-TEMPLATE', 'main.tf', 2, null, 'templatefile', undefined]]);
  expect(findings({ ...call, 't.tpl': Uint8Array.of(0xff) })).toStrictEqual([
    ['PRE-TEMPLATE', 'main.tf', 2, null, 'templatefile', undefined],
  ]);
  expect(findings({ ...call, 't.tpl': 'a\n${' })).toStrictEqual([
    ['PRE-TEMPLATE', 't.tpl', 2, null, null, 'syntax'],
  ]);
  const deep = `\${${'('.repeat(100_000)}`;
  expect(findings({ ...call, 't.tpl': deep })[0]?.[5]).toBe(undefined);
  const ofSet = local('[for f in fileset("t", "*") : templatefile("t/${f}", {})]');
  expect(found(ofSet)).toStrictEqual([['PRE-TEMPLATE', 'templatefile', undefined]]);
});

test.each([
  ['bcrypt("x")', 0],
  ['bcrypt("x", 12)', 0],
  ['bcrypt("x", 13)', 1],
  ['bcrypt("x", var.n)', 1],
  ['format("%010000d", 1)', 0],
  ['format("%010001d", 1)', 1],
  ['formatlist("%10001s", [1])', 1],
  ['format("%[10001]s", 1)', 1],
  ['format("%-1.10001f", 1)', 1],
  ['format("%s 10001", 1)', 0],
  ['format("10001 %5s", 1)', 0],
  ['format(var.x ? "%10001s" : "%5s", 1)', 1],
  ['format(var.x ? "%5s" : "10001", 1)', 0],
  ['format(join("", ["%", "10001", "s"]), 1)', 1],
  ['format(join("", ["%", "5", "s"]), 1)', 0],
  ['upper("%10001s")', 0],
  ['indent(10000, "x")', 0],
  ['indent(10001, "x")', 1],
  ['indent(var.n, "x")', 0],
  ['max(10001, 1)', 0],
  ['core::bcrypt("x", 13)', 1],
])('%s has %i findings about its cost', (expression, count) => {
  expect(found(local(expression)).map(([id]) => id)).toStrictEqual(Array(count).fill('PRE-COST'));
});
