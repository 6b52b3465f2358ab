// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are Terraform code
import assert from 'node:assert/strict';
import { testUnless } from '../scripts/jest/unless.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { sharedAwsEngine } from '../testing/shared-engine.ts';

const skip = skipWithoutAws();
const role = 'arn:aws:iam::123456789012:role/deploy-all';
const assumeRoles = [{ roles: ['arn:aws:iam::123456789012:role/deploy-*'], projects: ['role-*'] }];
const { client, engine } = sharedAwsEngine(skip, { policy: { assumeRoles } });

const requires = 'terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws" }\n  }\n}\n';
const lock = (version: string) =>
  `provider "registry.terraform.io/hashicorp/aws" {\n  version = "${version}"\n}\n`;

testUnless(skip)(
  'files by path.cwd, a function of a provider and tests beside the code are deployed',
  async () => {
    const files = {
      'main.tf': `${requires}output "text" {\n  value = file("\${path.cwd}/a.txt")\n}\noutput "account" {\n  value = provider::aws::arn_parse("${role}").account_id\n}\noutput "cwd" {\n  value = abspath(path.cwd)\n}\n`,
      'a.txt': 'hello',
      // Init would fetch the module, and fail.
      'x.tftest.hcl': 'run "r" {\n  module {\n    source = "evil/module/aws"\n  }\n}\n',
    };
    const job = await client.complete('/api/deploy', { projectId: 'accepted', files });
    const { text, account, cwd } = job.result?.outputs ?? {};
    expect([text, account]).toStrictEqual(['hello', '123456789012']);
    assert.ok(!String(cwd).includes(engine().directory) || cwd === undefined, String(cwd));
    const again = await client.complete('/api/deploy', { projectId: 'accepted', files });
    expect(again.plan?.noop).toBe(0);
  },
);

testUnless(skip)(
  'a lock file pins the provider: a version that is not there is refused, and says so',
  async () => {
    const files = { 'main.tf': requires, '.terraform.lock.hcl': lock('5.0.1') };
    const { body } = await client.post('/api/deploy', { projectId: 'locked', files });
    const { failure } = await client.finished(body.jobId);
    expect(JSON.stringify(failure?.diagnostics)).toMatch(
      /previously-selected version 5\.0\.1 is no longer available/,
    );
    expect(JSON.stringify(failure?.diagnostics)).not.toMatch(/terraform providers/);
    const unlisted = await client.post('/api/deploy/validate', {
      files: { 'main.tf': requires, '.terraform.lock.hcl': '' },
    });
    expect(unlisted.body.errors[0].detail).toMatch(/has a \.terraform\.lock\.hcl that does not list them/);
  },
);

testUnless(skip)('a role is assumed where the operator names it, and refused elsewhere', async () => {
  const iacCode = `provider "aws" {\n  region = "eu-west-1"\n  assume_role {\n    role_arn = "${role}"\n  }\n}\ndata "aws_caller_identity" "me" {}\noutput "arn" {\n  value = data.aws_caller_identity.me.arn\n}\n`;
  const job = await client.complete('/api/deploy', { projectId: 'role-a', iacCode });
  expect(String(job.result?.outputs?.arn)).toMatch(/assumed-role\/deploy-all/);
  const { body } = await client.post('/api/deploy', { projectId: 'other', iacCode });
  const refused = await client.finished(body.jobId);
  expect(refused.error ?? '').toMatch(
    /PRE-PROVIDER-ARGUMENT.*aws\.assume_role\.role_arn|PRE-PROVIDER-ARGUMENT/,
  );
  expect(refused.failure?.reason).toBe('policy_denied');
});
