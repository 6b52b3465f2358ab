import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createClient } from './support/client.ts';
import { Engine } from './support/engine.ts';
import { type LocalAws, skipWithoutAws, startLocalAws } from './support/local-aws.ts';

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
let engine: Engine;
let aws: LocalAws;
let client: ReturnType<typeof createClient>;

before(async () => {
  if (skip) return;
  aws = await startLocalAws();
  engine = await Engine.start({ gatewayEnv: aws.env });
  client = createClient(engine.url);
  await client.request('PUT', '/api/deploy/secrets/logged/variables', { variables: { word: secret } });
});
after(async () => {
  await engine?.[Symbol.asyncDispose]();
  await aws?.stop();
});

test("the log of Terraform and of its provider is there after the job, without the project's secrets", {
  skip,
}, async () => {
  const job = await client.complete('/api/deploy', {
    projectId: 'logged',
    iacCode: code,
    terraformLog: 'debug',
  });
  const { status, body } = await client.get(`/api/deploy/jobs/${job.jobId}/terraform-log`);
  assert.equal(status, 200);
  for (const name of ['plan', 'apply', 'provider']) assert.match(body, new RegExp(`^== ${name}\\b`, 'm'));
  assert.match(body, /\[DEBUG\]/);
  assert.match(body, /PutParameter/); // what the provider has asked the cloud
  assert.match(body, /\(redacted\)/);
  assert.ok(!body.includes(secret));
  assert.ok(!`${engine.runner?.output()}${engine.gateway?.output()}`.includes('PutParameter'));
});

test('a job that was not asked for with it has none', { skip }, async () => {
  const job = await client.complete('/api/deploy', {
    projectId: 'plain',
    iacCode: 'output "a" { value = 1 }',
  });
  const { status, body } = await client.get(`/api/deploy/jobs/${job.jobId}/terraform-log`);
  assert.deepEqual([status, body.code], [404, 'terraform_log_not_found']);
});
