import assert from 'node:assert/strict';
import { judge } from './code-fixture.ts';

const resource = (repetition: string) => `resource "terraform_data" "a" {\n  ${repetition}\n}\n`;
const call = (repetition: string, source: string) =>
  `module "m" {\n  source = "${source}"\n  ${repetition}\n}\n`;

const cases: { what: string; files: Record<string, string>; line: number | undefined }[] = [
  { what: 'a count that is written out', files: { 'a.tf': resource('count = 1e6') }, line: 2 },
  {
    what: 'a count through a local',
    files: { 'a.tf': `locals {\n  n = 1025\n}\n${resource('count = local.n')}` },
    line: 5,
  },
  { what: 'a count at the limit', files: { 'a.tf': resource('count = 1024') }, line: undefined },
  {
    what: 'every pair of two ranges',
    files: {
      'a.tf': resource('for_each = toset([for p in setproduct(range(100), range(100)) : join("-", p)])'),
    },
    line: 2,
  },
  {
    what: 'the length of all pairs',
    files: { 'a.tf': resource('count = length(setproduct(range(100), range(100)))') },
    line: 2,
  },
  {
    what: 'a list of lists made flat',
    files: {
      'a.tf': resource('for_each = toset(flatten([for a in range(100) : [for b in range(100) : "x"]]))'),
    },
    line: 2,
  },
  {
    what: 'a list of lists put together',
    files: {
      'a.tf': resource('for_each = toset(concat([for a in range(100) : [for b in range(100) : "x"]]...))'),
    },
    line: 2,
  },
  {
    what: 'a range within each group of a map',
    files: {
      'a.tf': resource(
        'for_each = { for x in flatten([for k, v in { a = 1, b = 2, c = 3 } : [for i in range(v) : "x"]]) : x => x }',
      ),
    },
    line: undefined,
  },
  {
    what: 'the length of a list that only the plan knows',
    files: { 'a.tf': resource('count = length(var.names) * 3') },
    line: undefined,
  },
  {
    what: 'a range through locals',
    files: { 'a.tf': `locals {\n  n = range(20)\n}\n${resource('for_each = toset(local.n)')}` },
    line: undefined,
  },
  {
    what: 'a range that only the plan knows',
    files: { 'a.tf': resource('for_each = toset([for i in range(var.n) : tostring(i)])') },
    line: undefined,
  },
  { what: 'a value that only the plan knows', files: { 'a.tf': resource('count = var.n') }, line: undefined },
  {
    what: 'a module of many, many times',
    files: { 'a.tf': call('count = 500', './m'), 'm/a.tf': resource('count = 500') },
    line: 3,
  },
  {
    what: 'a module of many and of one, many times',
    files: {
      'a.tf': call('count = 500', './m'),
      'm/a.tf': `${resource('count = 500')}resource "terraform_data" "b" {\n}\n`,
    },
    line: 3,
  },
  {
    what: 'a data source that is read many times',
    files: { 'a.tf': 'data "aws_vpc" "v" {\n  count = 1025\n}\n' },
    line: 2,
  },
  {
    what: 'an argument called count in a block that is not repeated',
    files: { 'a.tf': 'output "o" {\n  count = 1025\n  value = 1\n}\n' },
    line: undefined,
  },
  {
    what: 'modules within modules',
    files: {
      'a.tf': call('for_each = toset(["a", "b", "c"])', './m'),
      'm/a.tf': call('count = 100', './n'),
      'm/n/a.tf': resource('count = 100'),
    },
    line: 3,
  },
  {
    what: 'a module that calls itself',
    files: { 'a.tf': call('count = 9', './m'), 'm/a.tf': call('count = 9', '../m') },
    line: 2,
  },
];

for (const { what, files, line } of cases)
  test(`${what} is ${line === undefined ? 'accepted' : 'too much'}`, () => {
    const costs = judge(files).findings.filter(({ id }) => id === 'PRE-COST');
    assert.deepEqual(costs[0]?.line, line, costs.map(({ message }) => message).join());
  });
