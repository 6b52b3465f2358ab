import { json, judge, tf } from '../code-fixture.ts';
import { acceptedProviders, harmlessArguments } from './provider-arguments.ts';

const findings = (files: ReturnType<typeof tf>) =>
  judge(files).findings.map(({ id, line, subject }) => [id, line, subject]);
const provider = (name: string, body: string) => findings(tf(`provider "${name}" {\n${body}\n}\n`));

test.each([
  ['aws', 'region', 'default_tags', 'max_retries', 's3_use_path_style', 'skip_credentials_validation'],
  ['azurerm', 'features', 'subscription_id', 'tenant_id', 'environment', 'resource_provider_registrations'],
  ['azuread', 'tenant_id', 'environment'],
  ['google', 'project', 'region', 'zone', 'default_labels', 'request_timeout'],
  ['google-beta', 'project', 'region', 'zone', 'default_labels', 'request_timeout'],
  ['random', 'alias', 'version'],
])('arguments of %s that lead to no file, program or address are accepted', (name, ...accepted) => {
  for (const argument of accepted)
    expect([argument, provider(name, `${argument} = "x"`)]).toStrictEqual([argument, []]);
  expect(provider(name, 'features {\n}').length).toBe(name === 'azurerm' ? 0 : 1);
});

test('every provider with listed arguments may be used, and no list is empty', () => {
  for (const [address, names] of Object.entries(harmlessArguments)) {
    expect([address, acceptedProviders.has(address), names.length > 1]).toStrictEqual([address, true, true]);
  }
  expect(acceptedProviders.has('registry.terraform.io/hashicorp/vault')).toBe(false);
});

test.each([
  ['a literal', 'profile = "x"', 'aws.profile=x'],
  ['a number', 'profile = 5', 'aws.profile=5'],
  ['a list of literals', 'shared_config_files = ["a", "b"]', 'aws.shared_config_files=a,b'],
  ['a computed list', 'shared_config_files = ["a", var.b]', 'aws.shared_config_files=(computed)'],
  ['a variable', 'profile = var.x', 'aws.profile=(computed)'],
  ['marks of a pattern', 'profile = "a=b=*c*"', 'aws.profile=a%3Db%3D%2Ac%2A'],
  ['a credential', 'access_key = "AKIA"', 'aws.access_key=(hidden)'],
  ['a token', 'token = "t"', 'aws.token=(hidden)'],
  ['credentials in JSON', 'my_json = "{}"', 'aws.my_json=(hidden)'],
  ['what only begins like JSON', 'my_json_x = "y"', 'aws.my_json_x=y'],
])('the subject of a refused argument shows %s', (_name, body, subject) => {
  expect(provider('aws', body)).toStrictEqual([['PRE-PROVIDER-ARGUMENT', 2, subject]]);
});

test.each([
  ['an empty block', 'endpoints {\n}', [[2, 'aws.endpoints']]],
  ['an argument of a block', 'endpoints {\n  s3 = "x"\n}', [[3, 'aws.endpoints.s3=x']]],
  ['a block of a block', 'endpoints {\n  a {\n  }\n}', [[3, 'aws.endpoints.a']]],
  [
    'a block and an argument of a block',
    'endpoints {\n  s3 = "x"\n  a {\n  }\n}',
    [
      [3, 'aws.endpoints.s3=x'],
      [4, 'aws.endpoints.a'],
    ],
  ],
  [
    'a dynamic block with another one before its content',
    'dynamic "endpoints" {\n  a {\n    b = 1\n  }\n  content {\n    s3 = "x"\n  }\n}',
    [[7, 'aws.endpoints.s3=x']],
  ],
  [
    'a dynamic block',
    'dynamic "endpoints" {\n  for_each = [1]\n  content {\n    s3 = "x"\n  }\n}',
    [[5, 'aws.endpoints.s3=x']],
  ],
  [
    'a dynamic block without content',
    'dynamic "endpoints" {\n  for_each = [1]\n}',
    [[3, 'aws.endpoints.for_each=1']],
  ],
])('%s is refused with its name', (_name, body, expected) => {
  expect(provider('aws', body)).toStrictEqual(
    expected.map(([line, subject]) => ['PRE-PROVIDER-ARGUMENT', line, subject]),
  );
});

test('in JSON, a block and its arguments are one finding each', () => {
  const found = judge(json({ provider: { aws: [{ endpoints: [{ s3: 'x', sts: 'y' }] }] } })).findings;
  expect(found.map(({ subject }) => subject)).toStrictEqual(['aws.endpoints.s3=x', 'aws.endpoints.sts=y']);
  const nested = judge(json({ provider: { aws: { endpoints: { s3: { a: 'x' } } } } })).findings;
  expect(nested.map(({ subject }) => subject)).toStrictEqual(['aws.endpoints.s3=(computed)']);
});

test('a provider by its local name has the arguments of its address', () => {
  const required = (source: string) =>
    `terraform {\n  required_providers {\n    mine = { source = ${source} }\n  }\n}\n`;
  const use = 'provider "mine" {\n  region = "x"\n}\n';
  expect(findings(tf(required('"hashicorp/aws"') + use))).toStrictEqual([]);
  expect(findings(tf(required('"hashicorp/tls"') + use))).toStrictEqual([
    ['PRE-PROVIDER-ARGUMENT', 7, 'tls.region=x'],
  ]);
  expect(findings(tf(required('var.x') + use))).toStrictEqual([
    ['PRE-PROVIDER', 3, 'mine'],
    ['PRE-PROVIDER', 6, 'mine'],
    ['PRE-PROVIDER-ARGUMENT', 7, 'mine.region=x'],
  ]);
});

test('each place that uses a provider is named', () => {
  const use =
    'provider "evil" {\n}\nresource "evil_a" "b" {\n}\nimport {\n  to = evil_a.b\n  id = "1"\n}\nmoved {\n  to = evil_a.b\n}\n';
  const places = judge(tf(use))
    .findings.filter(({ id }) => id === 'PRE-PROVIDER')
    .map(({ line, address, subject }) => [line, address, subject]);
  const subject = 'registry.terraform.io/hashicorp/evil';
  expect(places).toStrictEqual([
    [1, 'provider.evil', subject],
    [3, 'evil_a.b', subject],
    [5, 'import', subject],
  ]);
});

test('a block within required_providers is refused', () => {
  const code = 'terraform {\n  required_providers {\n    aws {\n    }\n  }\n}\n';
  expect(findings(tf(code))).toStrictEqual([['PRE-BLOCK', 3, null]]);
  expect(
    findings(json({ terraform: { required_providers: { aws: { source: 'hashicorp/aws' } } } })),
  ).toStrictEqual([]);
});

test('only required_providers of a terraform block names providers', () => {
  const meta = 'terraform {\n  provider_meta "aws" {\n    evil = "x"\n  }\n}\n';
  const resource = 'resource "aws_x" "y" {\n  required_providers {\n    evil = "x"\n  }\n}\n';
  expect(findings(tf(meta + resource))).toStrictEqual([]);
});
