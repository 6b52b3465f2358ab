import { defaultPolicySettings } from '@deployment-engine/contracts';
import { preflight } from './preflight.ts';
import { preflightInThread } from './preflight-in-thread.ts';

const block = 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n';
const large = new Map([['main.tf', `${block.repeat(6000)}data "http" "x" {\n}\n`]]);
const small = new Map([['main.tf', 'data "http" "x" {\n}\n']]);

test('small and large code get the same result as without a thread', async () => {
  for (const files of [small, large])
    expect(await preflightInThread(files, defaultPolicySettings)).toStrictEqual(
      preflight(files, defaultPolicySettings),
    );
});

test('code whose check takes too long is refused', async () => {
  const report = await preflightInThread(large, defaultPolicySettings, 1);
  expect([report.verdict, report.findings[0]?.id]).toStrictEqual(['block', 'PRE-SYNTAX']);
});
