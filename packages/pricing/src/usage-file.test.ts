import assert from 'node:assert/strict';
import { parseUsageFile, UsageFileError, usageReader } from './usage-file.ts';

function resourceAt(address: string, type: string) {
  return { address, type, region: null, values: {}, unknown: {}, action: 'create' as const, references: {} };
}

describe('a usage file', () => {
  const file = parseUsageFile(`
version: 0.1
resource_type_default_usage:
  aws_sqs_queue:
    monthly_requests: 1
resource_usage:
  aws_sqs_queue.a[*]:
    monthly_requests: 2
  aws_sqs_queue.a["x"]:
    monthly_requests: 3
  module.m.*:
    monthly_requests: 4
`);
  for (const [address, expected] of [
    ['aws_sqs_queue.other', 1],
    ['aws_sqs_queue.a[0]', 2],
    ['aws_sqs_queue.a["x"]', 3],
    ['module.m.aws_sqs_queue.b', 4],
  ] as const) {
    test(`gives ${address} the nearest entry`, () => {
      const usage = usageReader(file, 'none')(resourceAt(address, 'aws_sqs_queue'));
      expect(usage.figure('monthly_requests')?.value?.toNumber()).toBe(expected);
    });
  }

  test('gives nothing for a resource it does not name', () => {
    expect(usageReader(file, 'none')(resourceAt('aws_lb.a', 'aws_lb')).figure('x')).toBe(null);
  });

  for (const [text, line] of [
    ['version: 0.1\nresource_usage:\n  aws_lb.a: {', 3],
    ['version: 0.1\nresource_usage:\n  aws_lb.a: 5\n', 3],
    ['version: 0.1\nresource_usage: [1]\n', 2],
  ] as const) {
    test(`that is broken names line ${line}: ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseUsageFile(text),
        (error) => error instanceof UsageFileError && error.line === line,
      );
    });
  }
});
