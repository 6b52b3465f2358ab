import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyFinding } from '@deployment-engine/contracts';
import { describeUnless } from '../scripts/jest/unless.ts';
import { skipWithoutAws } from '../testing/local-aws.ts';
import { sharedAwsEngine } from '../testing/shared-engine.ts';
import { readEvents } from '../testing/sse.ts';

describeUnless(skipWithoutAws())('policy with the real provider', () => {
  const { client, engine } = sharedAwsEngine(false);
  const findingsOf = async (name: string): Promise<PolicyFinding[]> => {
    const iacCode = readFileSync(
      join(import.meta.dirname, '../testing/policy-cases', name, 'main.tf'),
      'utf8',
    );
    const job = await client.complete('/api/deploy/plan', { projectId: `case-${name}`, iacCode });
    const { plan } = (await client.get(`/api/deploy/jobs/${job.jobId}/policy`)).body;
    return plan.findings;
  };

  test('the bad configuration has its 39 findings, the good one none', async () => {
    const bad = new Set((await findingsOf('bad')).map(({ id }) => id).filter((id) => id.startsWith('AWS-')));
    assert.equal(bad.size, 39, [...bad].join(' '));
    expect(await findingsOf('good')).toStrictEqual([]);
  });

  test('values known only after apply are checked then, and reported', async () => {
    const iacCode = `provider "aws" {
  region = "us-east-1"
}
resource "aws_s3_bucket" "b" {
  bucket_prefix = "open-"
}
resource "aws_s3_bucket_policy" "p" {
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${'$'}{aws_s3_bucket.b.arn}/*" }]
  })
}
`;
    const job = await client.complete('/api/deploy', { projectId: 'after-apply', iacCode });
    const { plan, afterApply } = (await client.get(`/api/deploy/jobs/${job.jobId}/policy`)).body;
    const about = ({ findings }: { findings: PolicyFinding[] }) =>
      findings
        .filter(({ address }) => address === 'aws_s3_bucket_policy.p')
        .map(({ id, mode, pending }) => ({ id, mode, pending }));
    const [planned] = about(plan);
    expect(planned?.pending).toBe(true);
    expect(about(afterApply)).toStrictEqual([{ ...planned, mode: 'warn', pending: false }]);
    const url = `${engine().url}/api/deploy/jobs/${job.jobId}/events`;
    const { events } = await readEvents(url, undefined, Number.POSITIVE_INFINITY);
    expect(events.findLast(({ type }) => type === 'gate')?.data.message ?? '').toMatch(/^after apply: AWS-/);
  });
});
