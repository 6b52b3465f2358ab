// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import assert from 'node:assert/strict';
import { defaultPolicySettings, projectPolicySettingsSchema } from '@deployment-engine/contracts';
import { type Files, json, judge, local, resource, tf } from './code-fixture.ts';
import { deniedExpressions } from './denied-expressions.cases.ts';
import { deniedStructure } from './denied-structure.cases.ts';
import { type PreflightRuleId, preflightRules } from './rules.ts';

const denied: Record<Exclude<PreflightRuleId, 'PRE-REGION'>, Record<string, Files>> = {
  ...deniedStructure,
  ...deniedExpressions,
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
      expect(finding.mode).toBe(preflightRules[id as PreflightRuleId].mode);
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
  'paths from a map that is written out': {
    ...tf(
      'locals {\n  all = {\n    a = { zip = "a.zip" }\n    b = { zip = "b.zip" }\n  }\n}\nresource "aws_lambda_function" "f" {\n  for_each         = local.all\n  filename         = "${path.module}/dist/${each.value.zip}"\n  source_code_hash = filebase64sha256("dist/${each.key}.zip")\n}\nresource "aws_iam_policy" "p" {\n  for_each = toset(["read", "write"])\n  policy   = templatefile("${path.module}/${each.value}.tpl", {})\n}\n',
    ),
    'read.tpl': '{}',
    'write.tpl': '{}',
  },
  'a set of files, read for each': tf(
    'locals {\n  site  = { for f in fileset("site", "**") : f => { path = "${path.module}/site/${f}", md5 = filemd5("site/${f}") } }\n  names = ["a", "b"]\n}\nresource "aws_s3_object" "x" {\n  for_each = local.site\n  source   = each.value.path\n}\nresource "aws_iam_policy" "p" {\n  count  = length(local.names)\n  policy = file("p/${local.names[count.index]}.json")\n}\noutput "sum" {\n  value = sha1(join("", [for f in sort(fileset(path.module, "*.tf")) : filesha1("${path.module}/${f}")]))\n}\n',
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
  'types of variables': tf(
    'variable "v" {\n  type = object({ a = optional(string, "x"), b = set(tuple([any])) })\n}\n',
  ),
  'public parameters': tf('data "aws_ssm_parameter" "ami" {\n  name = "/aws/service/ami-x"\n}\n'),
  'the lock file of providers': {
    ...tf(''),
    '.terraform.lock.hcl': 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.100.0"\n}\n',
  },
  'tests, which no run gets': { ...tf(''), 'a.tftest.hcl': 'run "x" {\n}\n', 'tests/b.tftest.json': '{}' },
  'pure functions of providers': tf(
    'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n    a   = { source = "hashicorp/aws" }\n  }\n}\nlocals {\n  x = [provider::aws::arn_parse("arn:aws:iam::1:role/x"), provider::a::trim_iam_role_path("y")]\n  y = provider::terraform::encode_expr(local.x)\n}\n',
  ),
  'an ephemeral password': tf('ephemeral "random_password" "p" {\n  length = 20\n}\n'),
  'files below the working folder': local('file("${path.cwd}/a.txt")'),
  'a health check path': resource('health_check {\n  path = "/health"\n}', 'aws_lb_target_group'),
};
for (const [name, files] of Object.entries(accepted))
  test(`accepts ${name}`, () => expect(judge(files).findings).toStrictEqual([]));

test('a finding names the file, the line, the address and the way to allow it', () => {
  const { findings } = judge({ 'net/a.tf': '\n\ndata "external" "x" {\n}\n' });
  const finding = findings.find(({ id }) => id === 'PRE-DATA-SOURCE');
  expect([finding?.file, finding?.line, finding?.address, finding?.subject]).toStrictEqual([
    'net/a.tf',
    3,
    'data.external.x',
    'external',
  ]);
  expect(finding?.howToAllow ?? '').toMatch(/"id": "PRE-DATA-SOURCE", "subject": "external"/);
});

test('a message about an exemption names the request that grants it, and what else is needed', () => {
  const [finding] = judge(resource('provisioner "local-exec" {\n}')).findings;
  expect(finding?.column).toBe(1);
  const { howToAllow = '' } = finding ?? {};
  const body = /POST \/api\/deploy\/policy\/\{projectId\}\/exemptions with (\{.*?\});/.exec(howToAllow)?.[1];
  const { id, subject, address, file } = JSON.parse(body ?? '');
  expect([id, subject, address, file]).toStrictEqual([
    'PRE-PROVISIONER',
    'provisioner',
    'aws_s3_bucket.b',
    'main.tf',
  ]);
  expect(howToAllow).toMatch(/It also needs a shell in the sandbox/);
  const settings = { ...defaultPolicySettings, minimumModes: { 'PRE-PROVISIONER': 'block' as const } };
  const [enforced] = judge(resource('provisioner "local-exec" {\n}'), settings).findings;
  expect(enforced?.howToAllow ?? '').toMatch(/^The operator adds .* to the exemptions of POLICY_FILE/);
  const [asks] = judge(tf('import {\n}\n')).findings;
  expect(asks?.howToAllow ?? '').toMatch(/^An approver approves the job \(POST/);
});

const role = (text: string, more = '') =>
  tf(`locals {\n  r = "x"\n}\nprovider "aws" {\n  assume_role {\n    role_arn = ${text}\n${more}  }\n}\n`);
const allowed = 'arn:aws:iam::123456789012:role/deploy-*';
const assumed: [name: string, files: Files, roles: string[], passes: boolean][] = [
  ['that the operator allows', role('"arn:aws:iam::123456789012:role/deploy-a"'), [allowed], true],
  ['through a local', role('"arn:aws:iam::123456789012:role/deploy-${local.r}"'), [allowed], true],
  [
    'with a session',
    role('"arn:aws:iam::123456789012:role/deploy-a"', '    session_name = "s"\n'),
    [allowed],
    true,
  ],
  ['where no role is allowed', role('"arn:aws:iam::123456789012:role/deploy-a"'), [], false],
  ['of another account', role('"arn:aws:iam::999999999999:role/deploy-a"'), [allowed], false],
  ['by another name', role('"arn:aws:iam::123456789012:role/admin"'), [allowed], false],
  ['from a variable', role('var.r'), ['*'], false],
  ['without an ARN', tf('provider "aws" {\n  assume_role {\n    session_name = "s"\n  }\n}\n'), ['*'], false],
  ['that is a pattern itself', role('"*"'), [allowed], false],
  [
    'with an unknown argument',
    role('"arn:aws:iam::123456789012:role/deploy-a"', '    endpoint = "http://x"\n'),
    [allowed],
    false,
  ],
  [
    'in JSON',
    json({ provider: { aws: [{ assume_role: [{ role_arn: 'arn:aws:iam::123456789012:role/deploy-a' }] }] } }),
    [allowed],
    true,
  ],
  [
    'with tags in JSON',
    json({
      provider: {
        aws: [{ assume_role: [{ role_arn: 'arn:aws:iam::123456789012:role/deploy-a', tags: { a: 'b' } }] }],
      },
    }),
    [allowed],
    true,
  ],
  [
    'with a block inside',
    role('"arn:aws:iam::123456789012:role/deploy-a"', '    tags {\n    }\n'),
    [allowed],
    false,
  ],
  [
    'in a block of another type',
    tf(
      'provider "aws" {\n  assume_role_with_web_identity {\n    role_arn = "arn:aws:iam::123456789012:role/deploy-a"\n  }\n}\n',
    ),
    [allowed],
    false,
  ],
  [
    'of a foreign provider of that name',
    {
      'v.tf': 'terraform {\n  required_providers {\n    aws = { source = "evil/aws" }\n  }\n}\n',
      ...role('"arn:aws:iam::123456789012:role/deploy-a"'),
    },
    [allowed],
    false,
  ],
];
for (const [name, files, assumeRoles, passes] of assumed)
  test(`a role ${name} ${passes ? 'is accepted' : 'is refused'}`, () => {
    const { findings } = judge(files, { ...defaultPolicySettings, assumeRoles });
    expect(findings.map(({ id }) => id)).toStrictEqual(
      passes ? [] : expect.arrayContaining(['PRE-PROVIDER-ARGUMENT']),
    );
  });

const unaccepted: [name: string, files: Files][] = [
  [
    'a provider function whose local name means another provider',
    tf(
      'terraform {\n  required_providers {\n    aws = { source = "hashicorp/tls" }\n  }\n}\nlocals {\n  x = provider::aws::arn_parse("x")\n}\n',
    ),
  ],
  ['an unknown function of a known provider', local('provider::aws::read_file("x")')],
  ['a lock file in a folder', { ...tf(''), 'm/.terraform.lock.hcl': '' }],
  ['a path that climbs from the working folder', local('file("${path.cwd}/../a.txt")')],
  ['an ephemeral that reads a secret', tf('ephemeral "aws_secretsmanager_secret_version" "p" {\n}\n')],
];
for (const [name, files] of unaccepted)
  test(`${name} stays refused`, () => expect(judge(files).verdict).toBe('block'));

test('an exemption lets exactly what it names pass', () => {
  const files = tf(
    'provider "aws" {\n  endpoints {\n    s3  = "http://localhost:4566"\n    sts = "http://evil?=http://localhost:4566"\n  }\n}\n',
  );
  const who = { who: 'ops', why: 'local cloud' };
  const subject = 'aws.endpoints.*=http://localhost:4566';
  const settings = projectPolicySettingsSchema.parse({
    exemptions: [{ id: 'PRE-PROVIDER-ARGUMENT', subject, ...who }],
  });
  const report = judge(files, settings);
  expect(report.findings.map(({ subject }) => subject)).toStrictEqual([
    'aws.endpoints.sts=http://evil?%3Dhttp://localhost:4566',
  ]);
  expect(report.allowed.map(({ allowedBy }) => allowedBy)).toStrictEqual([who]);
  expect(report.verdict).toBe('block');
});

test('an expired exemption has no effect', () => {
  const exemption = { id: 'PRE-IMPORT', who: 'a', why: 'b', expiresAt: '2020-01-01T00:00:00Z' };
  const settings = projectPolicySettingsSchema.parse({ exemptions: [exemption] });
  expect(judge(tf('import {\n}\n'), settings).verdict).toBe('approve');
});

test('nobody can allow a backend', () => {
  const settings = projectPolicySettingsSchema.parse({
    modes: { 'PRE-BACKEND': 'off' },
    exemptions: [{ id: 'PRE-BACKEND', who: 'a', why: 'b' }],
  });
  expect(judge(tf('terraform {\n  backend "s3" {\n  }\n}\n'), settings).verdict).toBe('block');
});

test('more findings than a report holds still decide the verdict', () => {
  const many = 'import {\n}\n'.repeat(600);
  const report = judge(tf(`${many}data "http" "x" {\n}\n`));
  expect(report.verdict).toBe('block');
  assert.ok(report.truncated && report.findings.length <= 500);
});
