import assert from 'node:assert/strict';
import { testUnless } from '../scripts/jest/unless.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { sharedAwsEngine } from '../testing/shared-engine.ts';

const skip = skipWithoutAws();

const { aws, client } = sharedAwsEngine(skip);

const iacCode = `
provider "aws" {
  region = "us-east-1"
}
resource "aws_cloudwatch_log_group" "app" {
  name              = "drifting"
  retention_in_days = 14
}
`;
const retention = async () => {
  const text = await aws().call('logs', { target: 'Logs_20140328.DescribeLogGroups', body: {} });
  return JSON.parse(text).logGroups[0]?.retentionInDays;
};

testUnless(skip)(
  'what was changed outside is reported attribute by attribute, and undone by a reviewed deploy',
  async () => {
    const projectId = 'drifts';
    await client.complete('/api/deploy', { projectId, iacCode });
    await aws().call('logs', {
      target: 'Logs_20140328.PutRetentionPolicy',
      body: { logGroupName: 'drifting', retentionInDays: 30 },
    });

    await client.complete(`/api/deploy/drift/${projectId}`, { remediate: true });
    const report = (await client.get(`/api/deploy/drift/${projectId}`)).body;
    expect(report.drifted).toBe(true);
    expect(report.resources).toStrictEqual([
      {
        address: 'aws_cloudwatch_log_group.app',
        type: 'aws_cloudwatch_log_group',
        action: 'update',
        attributes: [{ path: 'retention_in_days', before: 14, after: 30 }],
      },
    ]);
    assert.equal(await retention(), 30, 'a drift check changes nothing');

    const waiting = await client.finished(report.remediationJobId);
    expect(waiting.status).toBe('awaiting_approval');
    await client.post(`/api/deploy/jobs/${waiting.jobId}/approve`, { planDigest: waiting.planDigest });
    await client.endOf(waiting.jobId);
    expect(await retention()).toBe(14);
  },
);
