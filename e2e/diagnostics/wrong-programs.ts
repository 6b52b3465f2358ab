// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code

/** Set if the engine reports more than Terraform; then they are not compared. */
export type Better = {
  why: string;
  code: string;
  file: string;
  line: number;
  column: number;
  detail: RegExp;
};

export type WrongProgram = {
  name: string;
  files: Record<string, string>;
  variables?: Record<string, unknown>;
  /** The mistake shows only with the provider. */
  aws?: true;
  better?: Better;
  /** Set if the engine refers to the API instead of the command line: what the detail must match. */
  reworded?: RegExp;
};

const main = (...lines: string[]) => ({ 'main.tf': `${lines.join('\n')}\n` });
const data = (body: string) => main('resource "terraform_data" "a" {', `  ${body}`, '}');
const json = (value: unknown) => ({ 'main.tf.json': JSON.stringify(value, null, 2) });
const module = (inside: string, call = '') => ({
  'main.tf': `module "m" {\n  source = "./m"\n${call}}\n`,
  'm/main.tf': inside,
});

const syntax: WrongProgram[] = [
  { name: 'an argument without a value', files: main('locals {', '  a =', '}') },
  {
    name: 'a block that is not closed',
    files: main('resource "terraform_data" "a" {', '  input = 1', '', 'output "x" {', '  value = 1', '}'),
  },
  {
    name: 'a list without a comma',
    files: main('locals {', '  a = [', '    "x"', '    "y"', '  ]', '  b = 1', '}'),
  },
  { name: 'a string that is not closed', files: main('locals {', '  a = "x', '}') },
  { name: 'an interpolation that is not closed', files: main('locals {', '  a = "${upper("x")"', '}') },
  { name: 'a heredoc that is not closed', files: main('locals {', '  a = <<EOT', 'text', '}') },
  { name: 'single quotes', files: main('locals {', "  a = 'x'", '}') },
  {
    name: 'two arguments on a line',
    files: main('resource "terraform_data" "a" { input = 1 triggers_replace = 2 }'),
  },
  { name: 'a colon for an equals sign', files: main('resource "terraform_data" "a" {', '  input: 1', '}') },
  { name: 'an argument twice', files: data('input = 1\n  input = 2') },
  { name: 'a stray closing brace', files: main('locals {', '  a = 1', '}', '}') },
  { name: 'an operator without its right side', files: main('locals {', '  a = 1 +', '}') },
  { name: 'tabs before the mistake', files: main('locals {', '\t\ta = [1,, 2]', '}') },
  { name: 'a wide character before the mistake', files: main('locals {', '  a = ["é👩‍👩‍👧", 1 2]', '}') },
  {
    name: 'mistakes in two files',
    files: { 'a.tf': 'locals {\n  a = \n}\n', 'b.tf': 'locals {\n  b = )\n}\n' },
  },
  {
    name: 'a mistake in the root and one in a module',
    files: { ...module('locals {\n  b = ]\n}\n'), 'x.tf': 'locals {\n  a = [\n}\n' },
  },
  { name: 'a mistake in a module', files: module('output "x" {\n  value = "${1\n}\n') },
  { name: 'an unknown escape', files: main('locals {', '  a = "C:\\Program"', '}') },
  {
    name: 'values of variables that do not parse',
    files: { ...main('variable "a" {}'), 'terraform.tfvars': 'a = "x"\nb = [1\n' },
  },
];

const fences: WrongProgram[] = [
  {
    name: 'Markdown fences',
    files: { 'main.tf': '```hcl\nresource "terraform_data" "a" {}\n```\n' },
    better: {
      why: 'one error with the fix',
      code: 'code_fenced',
      file: 'main.tf',
      line: 1,
      column: 1,
      detail: /Send lines 2 to 2 of main\.tf only/,
    },
  },
  {
    name: 'sentences around the code',
    files: {
      'main.tf':
        'Here is the Terraform code you asked for:\n\nresource "terraform_data" "a" {\n  input = 1\n}\n\nThis creates one object.\n',
    },
    better: {
      why: 'one error with the fix',
      code: 'code_fenced',
      file: 'main.tf',
      line: 1,
      column: 1,
      detail: /Send lines 3 to 5 of main\.tf only/,
    },
  },
  {
    name: 'a sentence and Markdown fences',
    files: { 'main.tf': 'Sure! This is it:\n\n```terraform\nlocals {\n  a = 1\n}\n```\n\nEnjoy.\n' },
    better: {
      why: 'one error with the fix',
      code: 'code_fenced',
      file: 'main.tf',
      line: 3,
      column: 1,
      detail: /Send lines 4 to 6 of main\.tf only/,
    },
  },
];

const blocks: WrongProgram[] = [
  { name: 'an unknown block type', files: main('resorce "terraform_data" "a" {}') },
  { name: 'an unknown top-level argument', files: main('region = "eu-west-1"') },
  { name: 'a resource without a name', files: main('resource "terraform_data" {}') },
  { name: 'an output with two labels', files: main('output "a" "b" {', '  value = 1', '}') },
  { name: 'an unknown block in terraform', files: main('terraform {', '  required_provider {}', '}') },
  { name: 'an unknown nested block', files: data('lifecyle {}') },
  { name: 'an unknown argument', files: data('inptu = 1') },
  { name: 'an unknown argument of lifecycle', files: data('lifecycle {\n    prevent_destory = true\n  }') },
  {
    name: 'a resource twice',
    files: main('resource "terraform_data" "a" {}', 'resource "terraform_data" "a" {}'),
  },
  { name: 'a variable twice', files: { 'a.tf': 'variable "a" {}\n', 'b.tf': 'variable "a" {}\n' } },
  { name: 'a name with a dot', files: main('resource "terraform_data" "a.b" {}') },
  { name: 'an unknown resource type', files: main('resource "terraform_date" "a" {}') },
];

const references: WrongProgram[] = [
  { name: 'an undeclared variable', files: data('input = var.nmae') },
  { name: 'an undeclared local', files: data('input = local.name') },
  { name: 'an undeclared resource', files: data('input = terraform_data.b.output') },
  { name: 'an undeclared module', files: data('input = module.net.id') },
  {
    name: 'an unknown attribute',
    files: main(
      'resource "terraform_data" "a" {}',
      'output "x" {',
      '  value = terraform_data.a.outputs',
      '}',
    ),
  },
  { name: 'a bare word', files: data('input = hello') },
  { name: 'each without for_each', files: data('input = each.key') },
  {
    name: 'an output that a module does not have',
    files: {
      ...module('output "id" {\n  value = 1\n}\n'),
      'o.tf': 'output "x" {\n  value = module.m.ids\n}\n',
    },
  },
  { name: 'a cycle', files: main('locals {', '  a = local.b', '  b = local.a', '}') },
];

const functions: WrongProgram[] = [
  { name: 'an unknown function', files: data('input = upcase("x")') },
  {
    name: 'an unknown function in a module',
    files: module('output "x" {\n  value = joinn("a", ["b"])\n}\n'),
  },
  {
    name: 'unknown functions in two files',
    files: { 'a.tf': 'locals {\n  a = foo(1)\n}\n', 'b.tf': 'output "b" {\n  value = bar(2)\n}\n' },
  },
  { name: 'too many arguments', files: data('input = upper("x", "y")') },
  { name: 'an argument of the wrong type', files: data('input = length(5)') },
  { name: 'an unknown function beside an unknown argument', files: data('inptu = upcase("x")') },
];

const types: WrongProgram[] = [
  { name: 'an unknown type', files: main('variable "a" {', '  type = strng', '}') },
  {
    name: 'a default of the wrong type',
    files: main('variable "a" {', '  type    = number', '  default = "x"', '}'),
  },
  { name: 'a count that is text', files: data('count = "many"') },
  {
    name: 'an index out of range',
    files: main('locals {', '  names = []', '}', 'output "x" {', '  value = local.names[0]', '}'),
  },
  {
    name: 'an index of an empty list',
    files: main(
      'variable "cache_nodes" {',
      '  type    = list(string)',
      '  default = []',
      '}',
      'output "x" {',
      '  value = var.cache_nodes[0]',
      '}',
    ),
  },
  { name: 'for_each over a list', files: main('resource "terraform_data" "a" {', '  for_each = ["x"]', '}') },
  {
    name: 'a bad template value',
    files: main('locals {', '  m = { a = 1 }', '}', 'output "x" {', '  value = "m is ${local.m}"', '}'),
  },
];

const variables: WrongProgram[] = [
  {
    name: 'a variable without a value',
    files: main('variable "name" {}', 'output "x" {', '  value = var.name', '}'),
    reworded: /Give its value in `variables` of the request\./,
  },
  {
    name: 'a value of the wrong type',
    files: main('variable "size" {', '  type = number', '}', 'output "x" {', '  value = var.size', '}'),
    variables: { size: 'large' },
    reworded: /The value given in `variables` does not suit var\.size/,
  },
  {
    name: 'a value that validation refuses',
    files: main(
      'variable "env" {',
      '  type = string',
      '  validation {',
      '    condition     = contains(["dev", "prod"], var.env)',
      '    error_message = "env is dev or prod."',
      '  }',
      '}',
      'output "x" {',
      '  value = var.env',
      '}',
    ),
    variables: { env: 'test' },
  },
  {
    name: 'a validation without a message',
    files: main('variable "env" {', '  validation {', '    condition = true', '  }', '}'),
  },
];

const templates: WrongProgram[] = [
  {
    name: 'a template that does not parse',
    files: {
      ...data('input = templatefile("${path.module}/a.tpl", { x = 1 })'),
      'a.tpl': 'first\n  value ${upper(x}\n',
    },
    better: {
      why: 'placed in the template',
      code: 'syntax_error',
      file: 'a.tpl',
      line: 2,
      column: 18,
      detail: /./,
    },
  },
];

const conditions: WrongProgram[] = [
  {
    name: 'a precondition that fails',
    files: data(
      'input = 1\n  lifecycle {\n    precondition {\n      condition     = 1 > 2\n      error_message = "too small"\n    }\n  }',
    ),
  },
  {
    name: 'an output precondition that fails',
    files: main(
      'locals {',
      '  n = 1',
      '}',
      'output "x" {',
      '  value = local.n',
      '  precondition {',
      '    condition     = local.n > 2',
      '    error_message = "n is too small"',
      '  }',
      '}',
    ),
  },
  {
    name: 'an output of a sensitive value',
    files: main(
      'variable "p" {',
      '  default   = "x"',
      '  sensitive = true',
      '}',
      'output "x" {',
      '  value = var.p',
      '}',
    ),
  },
  { name: 'a file that is missing', files: data('input = file("missing.txt")') },
];

const jsonPrograms: WrongProgram[] = [
  { name: 'JSON that does not parse', files: { 'main.tf.json': '{\n  "locals": {\n    "a": 1,\n  }\n}\n' } },
  {
    name: 'JSON with an unknown argument',
    files: json({ resource: { terraform_data: { a: { inptu: 1 } } } }),
  },
  { name: 'JSON with an unknown block', files: json({ resorce: { terraform_data: { a: {} } } }) },
  {
    name: 'JSON with an undeclared reference',
    files: json({ output: { x: { value: '${local.nothing}' } } }),
  },
  { name: 'JSON with an unknown function', files: json({ output: { x: { value: '${upcase("x")}' } } }) },
];

const modules: WrongProgram[] = [
  {
    name: 'a module that was not sent',
    files: main('module "m" {', '  source = "./modules/net"', '}'),
    better: {
      why: 'says which files are missing, with the column of the source',
      code: 'module_not_found',
      file: 'main.tf',
      line: 2,
      column: 3,
      detail: /No file in "\.\/modules\/net" was sent/,
    },
  },
  { name: 'a module without a source', files: main('module "m" {', '}') },
  { name: 'a module without a required variable', files: module('variable "name" {}\n') },
  {
    name: 'a module with an unknown variable',
    files: module('output "x" {\n  value = 1\n}\n', '  nmae = 1\n'),
  },
];

const providers: WrongProgram[] = [
  {
    name: 'an unknown provider argument',
    aws: true,
    files: main(
      'provider "aws" {',
      '  region = "eu-west-1"',
      '  ignore_tags {',
      '    kys = []',
      '  }',
      '}',
      'resource "aws_sqs_queue" "q" {}',
    ),
  },
  {
    name: 'an unknown argument of AWS',
    aws: true,
    files: main('resource "aws_s3_bucket" "b" {', '  bukcet = "x"', '}'),
  },
  {
    name: 'a required argument of AWS',
    aws: true,
    files: main('resource "aws_iam_role" "r" {', '  name = "r"', '}'),
  },
  {
    name: 'an AWS resource type that does not exist',
    aws: true,
    files: main('resource "aws_s3_buckett" "b" {', '  bucket = "x"', '}'),
  },
];

export const wrongPrograms: WrongProgram[] = [
  ...syntax,
  ...fences,
  ...blocks,
  ...references,
  ...functions,
  ...types,
  ...variables,
  ...templates,
  ...conditions,
  ...jsonPrograms,
  ...modules,
  ...providers,
];
