import type { Diagnostic, JobError } from '@deployment-engine/contracts';
import { stackFailure } from './stack-failure.ts';

const template = `Resources:
  Queue:
    Type: AWS::SQS::Queue
  Bucket:
    Type: AWS::S3::Bucket
`;

/** A failure as the job has it, with the provider's sentence. */
function failure(said: string): JobError {
  const diagnostic = {
    severity: 'error',
    code: 'other',
    summary: `waiting for CloudFormation Stack (arn:aws:cloudformation:us-east-1:1:stack/s/1) create: ${said}`,
    detail: '',
  } as Diagnostic;
  return {
    step: 'apply',
    reason: 'terraform_failed',
    message: 'it failed',
    diagnostics: [diagnostic],
    retryable: false,
  };
}

test('the first cause is found among the events that follow from it, with the line in the template', () => {
  const events = [
    'The following resource(s) failed to create: [Bucket, Queue]. Rollback requested by user.',
    'Resource creation cancelled',
    'shop-data already exists (Service: S3, Status Code: 409)',
  ];
  expect(
    stackFailure(failure(`stack status (ROLLBACK_COMPLETE): ${events.join('\n')}`), template),
  ).toStrictEqual({
    stack_status: 'ROLLBACK_COMPLETE',
    reason: 'shop-data already exists (Service: S3, Status Code: 409)',
    resources: [
      { logical_id: 'Bucket', type: 'AWS::S3::Bucket', line: 4 },
      { logical_id: 'Queue', type: 'AWS::SQS::Queue', line: 2 },
    ],
  });
});

test.each([
  [
    'an update that was rolled back',
    'UPDATE_ROLLBACK_COMPLETE',
    'The following resource(s) failed to update: [Queue].',
  ],
  ['a delete that failed', 'DELETE_FAILED', 'The following resource(s) failed to delete: [Queue].'],
])('%s is told with its status', (_what, status, sentence) => {
  expect(
    stackFailure(failure(`stack status (${status}): ${sentence}\nQueue is in use`), template),
  ).toStrictEqual({
    stack_status: status,
    reason: 'Queue is in use',
    resources: [{ logical_id: 'Queue', type: 'AWS::SQS::Queue', line: 2 }],
  });
});

test('a reason without names, and a template that cannot be read, are told as they are', () => {
  expect(stackFailure(failure('stack status (CREATE_FAILED): no capacity'), '{')).toStrictEqual({
    stack_status: 'CREATE_FAILED',
    reason: 'no capacity',
    resources: [],
  });
  const unknown = 'The following resource(s) failed to create: [Other].';
  expect(stackFailure(failure(`stack status (ROLLBACK_FAILED): ${unknown}`), '{')).toStrictEqual({
    stack_status: 'ROLLBACK_FAILED',
    reason: unknown,
    resources: [{ logical_id: 'Other', type: null, line: null }],
  });
});

test('any other failure has no stack', () => {
  expect(stackFailure(failure('AccessDenied'), template)).toBeUndefined();
});
