import { requirementsKey } from './requirements-key.ts';

const base = `
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
module "network" {
  source  = "example/network/aws"
  version = "1.2.0"
}
`;

function keyOf(files: Record<string, string>): string {
  return requirementsKey(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])));
}

test.each([
  ['another resource of the provider', 'resource "aws_sqs_queue" "jobs" {}'],
  ['a comment with a block in it', '/*\nresource "google_storage_bucket" "x" {}\nprovider "google" {}\n*/'],
  ['a heredoc with code in it', 'locals {\n  text = <<EOT\nprovider "google" {\n  source = "x"\n}\nEOT\n}'],
  ['an argument of a resource named source', 'resource "aws_s3_object" "page" {\n  source = "page.html"\n}'],
  ['a provider named by its resource', 'resource "aws_sqs_queue" "west" {\n  provider = aws.west\n}'],
])('%s keeps the key', (_, code) => {
  expect(keyOf({ 'main.tf': base, 'more.tf': code })).toBe(keyOf({ 'main.tf': base }));
});

test('layout, comments and the split into files keep the key', () => {
  const [requirements = '', rest = ''] = base.split(/(?=resource)/);
  const reordered = `${rest}\n# a note\n${requirements.replace('aws = {', 'aws    =   { # "9.9"\n')}`;
  expect(keyOf({ 'a.tf': rest, 'b.tf': requirements })).toBe(keyOf({ 'main.tf': base }));
  expect(keyOf({ 'main.tf': reordered })).toBe(keyOf({ 'main.tf': base }));
});

test('JSON with the same requirements has the same key', () => {
  const json = {
    terraform: { required_providers: { aws: { version: '~> 6.0', source: 'hashicorp/aws' } } },
    resource: { aws_s3_bucket: { logs: { bucket: 'logs' } } },
    module: { network: { source: 'example/network/aws', version: '1.2.0' } },
  };
  expect(keyOf({ 'main.tf.json': JSON.stringify(json) })).toBe(keyOf({ 'main.tf': base }));
});

test.each([
  ['another version of the provider', { 'main.tf': base.replace('6.0', '5.0') }],
  ['another source of the provider', { 'main.tf': base.replace('hashicorp/aws', 'other/aws') }],
  ['another version of a module', { 'main.tf': base.replace('1.2.0', '1.3.0') }],
  ['another source of a module', { 'main.tf': base.replace('example/network', 'other/network') }],
  ['a data source of another provider', { 'main.tf': `${base}data "random_id" "x" {}` }],
  [
    'a resource that names another provider',
    { 'main.tf': base.replace('bucket =', 'provider = beta\nbucket =') },
  ],
  ['a resource inside a check', { 'main.tf': `${base}check "up" {\n  data "http" "page" {}\n}` }],
  ['a provider block', { 'main.tf': `${base}provider "google" {}` }],
  ['a provider block whose brace is on a line with others', { 'main.tf': `${base} provider random {}` }],
  ['an import', { 'main.tf': `${base}import {\n  to = google_storage_bucket.x\n  id = "x"\n}` }],
  [
    'a lock file',
    { 'main.tf': base, '.terraform.lock.hcl': 'provider "registry.terraform.io/hashicorp/aws" {}' },
  ],
])('%s changes the key', (_, files) => {
  expect(keyOf(files)).not.toBe(keyOf({ 'main.tf': base }));
});

test('code that the reader refuses counts as it is written', () => {
  const broken = 'resource "aws_s3_bucket" {{';
  expect(keyOf({ 'main.tf': broken })).toBe(keyOf({ 'main.tf': broken }));
  expect(keyOf({ 'main.tf': broken })).not.toBe(keyOf({ 'main.tf': `${broken} ` }));
  expect(keyOf({ 'main.tf.json': '{' })).not.toBe(keyOf({ 'main.tf.json': '[' }));
});

test('other files do not count', () => {
  const others = { 'page.html': 'x', 'values.tfvars': 'a = 1', 'main.tf.bak': 'provider "google" {}' };
  expect(keyOf({ 'main.tf': base, ...others })).toBe(keyOf({ 'main.tf': base }));
});
