import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Files } from '@deployment-engine/contracts';
import { testsAtOnce } from '../scripts/jest/at-once.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { sharedAwsEngine } from '../testing/shared-engine.ts';

const skip = skipWithoutAws();

const { aws, client } = sharedAwsEngine(skip);

const usage = `version: 0.1
resource_type_default_usage:
  aws_s3_bucket:
    standard:
      storage_gb: 500
  aws_sqs_queue:
    monthly_requests: 20000000
`;

/** Types that the local AWS creates quickly, with cost-relevant attributes, some known only after apply. */
const code = `
variable "tables" {
  default = 2
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_s3_bucket" "assets" {
  bucket_prefix = "costs-"
}

resource "aws_sqs_queue" "work" {
  for_each   = toset(["a", "b"])
  name       = "costs-\${each.key}.fifo"
  fifo_queue = true
}

resource "aws_dynamodb_table" "items" {
  count          = var.tables
  name           = "costs-\${count.index}"
  billing_mode   = "PROVISIONED"
  read_capacity  = 20
  write_capacity = 10
  hash_key       = "id"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "main" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_eip" "nat" {
  domain = "vpc"
}

resource "aws_nat_gateway" "main" {
  subnet_id     = aws_subnet.main.id
  allocation_id = aws_eip.nat.id
}

resource "aws_ebs_volume" "data" {
  availability_zone = "us-east-1a"
  size              = 100
  type              = "gp3"
  iops              = 4000
}

resource "aws_kms_key" "main" {
  deletion_window_in_days = 7
}

resource "aws_secretsmanager_secret" "main" {
  name_prefix = "costs-"
}

resource "aws_cloudwatch_metric_alarm" "main" {
  alarm_name          = "costs"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  metric_name         = "NumberOfMessagesSent"
  namespace           = "AWS/SQS"
  period              = 300
  statistic           = "Sum"
  threshold           = 1
}
`;

type Priced = { address: string; monthlyCost: number | null };
const byAddress = (resources: Priced[]) =>
  Object.fromEntries(
    resources
      .map(({ address, monthlyCost }): [string, number | null] => [address, monthlyCost])
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
const costsOf = async (projectId: string) => (await client.get(`/api/deploy/costs/${projectId}`)).body;

/** Prices a project's plan, applies it, and compares the cost of the state. */
async function comparePlanWithState(projectId: string, files: Files, variables: object = {}) {
  await client.complete('/api/deploy/plan', { projectId, files, variables });
  const planned = await costsOf(projectId);
  const job = await client.complete('/api/deploy', { projectId, files, variables });
  const applied = await costsOf(projectId);
  expect(applied.source).toBe('state');
  const plan = (await client.get(`/api/deploy/jobs/${job.jobId}/plan`)).body;
  expect(plan.cost.total).toBe(applied.costs.total);
  return { planned, applied, plan };
}

testsAtOnce(skip, {
  'what a plan will cost is what the state costs after apply': async () => {
    const projectId = 'kinds';
    const files = { 'main.tf': code, 'usage.yml': usage };
    const { planned, applied } = await comparePlanWithState(projectId, files);
    expect(planned.source).toBe('plan');
    expect(byAddress(applied.costs.resources)).toStrictEqual(byAddress(planned.costs.resources));
    expect(applied.costs.total).toBe(planned.costs.total);
    assert.ok(applied.costs.total > 70, String(applied.costs.total));
    expect(applied.costs.unpriced).toStrictEqual([]);

    const grown = await comparePlanWithState(projectId, files, { tables: 4 });
    const pending = grown.planned.costs.diff;
    expect(grown.planned.costs.total).toBe(applied.costs.total);
    expect([pending.before, pending.after]).toStrictEqual([applied.costs.total, grown.applied.costs.total]);
    expect(pending.resources.map(({ address }: Priced) => address).toSorted()).toStrictEqual([
      'aws_dynamodb_table.items[2]',
      'aws_dynamodb_table.items[3]',
    ]);
    expect(grown.plan.cost.diff.difference).toBe(pending.difference);

    await client.complete('/api/deploy/destroy', { projectId });
    const { entries } = (await client.get(`/api/deploy/costs/${projectId}/history`)).body;
    expect(entries.map(({ type, total }: { type: string; total: number }) => [type, total])).toStrictEqual([
      ['destroy', 0],
      ['deploy', grown.applied.costs.total],
      ['deploy', applied.costs.total],
    ]);
  },

  'so it is for a whole stack of API Gateway, Lambda and DynamoDB': async () => {
    const directory = join(import.meta.dirname, '..', 'testing', 'stacks', 'a_apigw_lambda_ddb');
    const names = ['main.tf', 'outputs.tf', 'variables.tf', 'versions.tf'];
    const files: Files = Object.fromEntries(
      names.map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
    );
    files['lambda.zip'] = { base64: readFileSync(join(directory, 'lambda.zip')).toString('base64') };
    const { planned, applied } = await comparePlanWithState('stack', files);
    expect(byAddress(applied.costs.resources)).toStrictEqual(byAddress(planned.costs.resources));
    await client.complete('/api/deploy/destroy', { projectId: 'stack' });
  },

  'a budget that a deploy breaks blocks it before anything is created': async () => {
    const projectId = 'frugal';
    const path = `/api/deploy/costs/${projectId}/budget`;
    await client.request('PUT', path, { maxMonthly: 5, onUnknown: 'ignore' });
    const request = {
      projectId,
      iacCode: `provider "aws" {
  region = "us-east-1"
}
resource "aws_sqs_queue" "small" {
  name = "frugal-small"
}
resource "aws_ebs_volume" "large" {
  availability_zone = "us-east-1a"
  size              = 1000
  type              = "gp3"
}
`,
    };
    const accepted = await client.post('/api/deploy', request);
    const job = await client.endOf(accepted.body.jobId);
    expect(job.status).toBe('failed');
    expect([job.failure?.step, job.failure?.reason]).toStrictEqual(['gate', 'budget_exceeded']);
    expect(job.error ?? '').toMatch(/aws_ebs_volume\.large/);
    expect(await aws().call('sqs', { target: 'AmazonSQS.ListQueues' })).not.toMatch(/frugal-small/);
    expect((await client.get(`/api/deploy/infrastructure/${projectId}`)).body.terraformState).toBe(null);

    await client.request('PUT', path, { maxMonthly: 5, onUnknown: 'ignore', action: 'approve' });
    const again = await client.post('/api/deploy', request);
    const waiting = await client.finished(again.body.jobId);
    expect(waiting.status).toBe('awaiting_approval');
    const approval = { planDigest: waiting.planDigest };
    expect((await client.post(`/api/deploy/jobs/${waiting.jobId}/approve`, approval)).status).toBe(202);
    expect((await client.endOf(waiting.jobId)).status).toBe('completed');
    await client.complete('/api/deploy/destroy', { projectId });
  },
});
