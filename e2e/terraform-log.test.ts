import { testUnless } from '../scripts/jest/unless.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { sharedAwsEngine } from '../testing/shared-engine.ts';

const skip = skipWithoutAws();
const secret = 'Tr0ub4dor-and-3-of-them';
const code = `
variable "word" {}
resource "aws_ssm_parameter" "p" {
  name  = "logged"
  type  = "String"
  value = var.word
}
`;

const { client, engine } = sharedAwsEngine(skip);
beforeAll(async () => {
  if (skip) return;
  await client.request('PUT', '/api/deploy/secrets/logged/variables', { variables: { word: secret } });
});

testUnless(skip)(
  "the log of Terraform and of its provider is there after the job, without the project's secrets",
  async () => {
    const job = await client.complete('/api/deploy', {
      projectId: 'logged',
      iacCode: code,
      terraformLog: 'debug',
    });
    const { status, body } = await client.get(`/api/deploy/jobs/${job.jobId}/terraform-log`);
    expect(status).toBe(200);
    for (const name of ['plan', 'apply', 'provider']) expect(body).toMatch(new RegExp(`^== ${name}\\b`, 'm'));
    expect(body).toMatch(/\[DEBUG\]/);
    expect(body).toMatch(/PutParameter/); // the provider's request to the cloud
    expect(body).toMatch(/\(redacted\)/);
    expect(body).not.toContain(secret);
    expect(`${engine().runner?.output()}${engine().gateway?.output()}`).not.toContain('PutParameter');
  },
);

testUnless(skip)('a job that was not asked for with it has none', async () => {
  const job = await client.complete('/api/deploy', {
    projectId: 'plain',
    iacCode: 'output "a" { value = 1 }',
  });
  const { status, body } = await client.get(`/api/deploy/jobs/${job.jobId}/terraform-log`);
  expect([status, body.code]).toStrictEqual([404, 'terraform_log_not_found']);
});
