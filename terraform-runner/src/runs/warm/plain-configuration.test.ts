import { isPlainConfiguration } from './plain-configuration.ts';

const isPlain = (files: Record<string, string>, hasDefaultTags = false) =>
  isPlainConfiguration(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])), {
    hasDefaultTags,
  });

const ownTags = 'provider "aws" {\n default_tags {\n  tags = {}\n }\n}';

test.each([
  ['no configuration', { 'main.tf': 'resource "aws_vpc" "a" {}' }],
  ['a region and an alias', { 'main.tf': 'provider "aws" {\n region = "a"\n alias = "b"\n}' }],
  ['own tags', { 'main.tf': ownTags }],
  [
    'accounts',
    { 'main.tf': 'provider "aws" {\n allowed_account_ids = ["1"]\n forbidden_account_ids = []\n}' },
  ],
  ['endpoints', { 'main.tf': 'provider "aws" {\n endpoints {\n  s3 = "http://a"\n }\n}' }],
  ['a profile of another provider', { 'main.tf': 'provider "other" {\n profile = "b"\n}' }],
  ['a text file that looks like code', { 'main.tf': '', 'notes.txt': 'provider "aws" {\n profile = "b"\n}' }],
])('a spare fits code with %s', (_what, files) => {
  expect(isPlain(files as Record<string, string>)).toBe(true);
});

test.each([
  ['a profile', { 'main.tf': 'provider "aws" {\n profile = "b"\n}' }],
  ['a role', { 'main.tf': 'provider "aws" {\n assume_role {\n  role_arn = "b"\n }\n}' }],
  ['own credentials', { 'main.tf': 'provider "aws" {\n access_key = "b"\n}' }],
  ['a profile in JSON', { 'main.tf.json': '{"provider": {"aws": [{"profile": "b"}]}}' }],
  ['a profile in a module', { 'main.tf': '', 'modules/a/main.tf': 'provider "aws" {\n profile = "b"\n}' }],
  ['code that cannot be read', { 'main.tf': 'provider "aws" {' }],
])('a spare does not fit code with %s', (_what, files) => {
  expect(isPlain(files as Record<string, string>)).toBe(false);
});

test('a spare does not fit if both the code and the environment have default tags', () => {
  expect([isPlain({ 'main.tf': ownTags }, true), isPlain({ 'main.tf': '' }, true)]).toStrictEqual([
    false,
    true,
  ]);
});
