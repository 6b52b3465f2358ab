import { describeUnless } from '../scripts/jest/unless.ts';
import { createClient } from '../testing/client.ts';
import { Engine } from '../testing/engine.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from '../testing/local-aws.ts';

const secretKey = 'secret-key-of-this-cloud-account-0123456';
/** Needs credentials to run at all, and prints what the test puts in for SECRET. */
const template_code = `
provider "aws" {
  region = "eu-west-1"
}
data "aws_caller_identity" "me" {}
resource "aws_ssm_parameter" "p" {
  name  = "/accounts/word"
  type  = "String"
  value = "from-the-account"
}
output "place" {
  value = aws_ssm_parameter.p.arn
}
resource "terraform_data" "leak" {
  for_each = toset(["SECRET"])
}
output "leak" {
  value = "\${data.aws_caller_identity.me.account_id} and SECRET"
}
`;
const deployment = {
  name: 'orders',
  provider: 'aws',
  cloud_account_id: 'production',
  environment_id: 'production',
  template_type: 'terraform',
  template_code,
  auto_approve: true,
};

describeUnless(skipWithoutAws())('a deployment with a cloud account', () => {
  let aws: LocalAws;
  let engine: Engine;
  let client: ReturnType<typeof createClient>;
  beforeAll(async () => {
    aws = await startLocalAws();
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...operator } = aws.env;
    engine = await Engine.start({ gatewayEnv: operator });
    client = createClient(engine.url);
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await aws?.stop();
  });

  const deploy = async (more: object = {}) => {
    const { body } = await client.post('/api/deployments', { ...deployment, ...more });
    const job = await client.finished(body.job_id);
    return { job, shown: (await client.get(`/api/deployments/${body.id}`)).body };
  };

  test('has its credentials in the run, which no other project has, and no log shows them', async () => {
    const stored = await client.request('PUT', '/api/cloud-accounts/production', {
      credentials: { kind: 'aws_access_key', access_key_id: 'AKIAACCOUNT', secret_access_key: secretKey },
      regions: ['eu-west-1'],
    });
    expect(stored.status).toBe(200);
    const { job, shown } = await deploy({ template_code: template_code.replaceAll('SECRET', secretKey) });
    expect([job.status, job.error]).toStrictEqual(['completed', undefined]);
    expect(shown.outputs.place).toMatch(/^arn:aws:ssm:eu-west-1:\d+:parameter\/accounts\/word$/);
    expect(shown.outputs.leak).toMatch(/ and \(redacted\)$/);
    const events = await fetch(`${engine.url}/api/deploy/jobs/${job.jobId}/events`);
    const log = await events.text();
    expect(log).toContain('(redacted)');
    expect(JSON.stringify([shown, job, log])).not.toContain(secretKey);

    const iacCode = template_code.replaceAll('/accounts/word', '/accounts/other');
    const other = await client.post('/api/deploy', { projectId: 'other', iacCode });
    const without = await client.finished(other.body.jobId);
    expect(without.status).toBe('failed');
    expect(without.error).toMatch(/No valid credential sources/);
    const named = await deploy({ cloud_account_id: 'not-stored' });
    expect(named.job.error).toMatch(/No valid credential sources/);
  });

  test.each([
    ['another region', template_code.replace('"eu-west-1"', '"us-east-1"'), /PRE-REGION/],
    [
      'an endpoint elsewhere',
      template_code.replace(
        '"eu-west-1"',
        '"eu-west-1"\n  endpoints {\n    ssm = "https://evil.example.org"\n  }',
      ),
      /PRE-PROVIDER-ARGUMENT/,
    ],
  ])('refuses %s before Terraform runs', async (_name, code, reason) => {
    const { job } = await deploy({ template_code: code });
    expect([job.status, job.failure?.step, job.failure?.reason]).toStrictEqual([
      'failed',
      'prepare',
      'policy_denied',
    ]);
    expect(job.error).toMatch(reason);
  });
});
