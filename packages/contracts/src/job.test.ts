import {
  isFinished,
  jobIdPattern,
  jobIdSchema,
  jobParams,
  jobStatuses,
  jobTransitionNames,
  nextJobStatus,
} from './job.ts';

const allowed: Record<string, string> = {
  'pending claim': 'processing',
  'pending cancel': 'cancelled',
  'pending fail': 'failed',
  'processing awaitApproval': 'awaiting_approval',
  'processing interrupt': 'pending',
  'processing complete': 'completed',
  'processing fail': 'failed',
  'processing cancel': 'cancelled',
  'awaiting_approval approve': 'pending',
  'awaiting_approval cancel': 'cancelled',
  'awaiting_approval fail': 'failed',
};

test('every pair of status and transition gives exactly what the table says', () => {
  for (const status of jobStatuses) {
    for (const transition of jobTransitionNames) {
      expect(nextJobStatus(status, transition)).toBe(allowed[`${status} ${transition}`]);
    }
  }
});

test('a finished job has no further transition', () => {
  expect(jobStatuses.filter(isFinished)).toStrictEqual(['completed', 'failed', 'cancelled']);
  for (const status of jobStatuses.filter(isFinished)) {
    for (const transition of jobTransitionNames) expect(nextJobStatus(status, transition)).toBe(undefined);
  }
});

test('job ids of the documented form are accepted, others are not', () => {
  expect('deploy-1234567890-abc123').toMatch(jobIdPattern);
  for (const bad of ['deploy-1-abc', 'boom-1704067200000-abc123', '../deploy-1704067200000-abc123', ''])
    expect(bad).not.toMatch(jobIdPattern);
  const { example } = jobIdSchema.meta() ?? {};
  expect(jobParams.parse({ jobId: example })).toStrictEqual({ jobId: example });
  expect(jobParams.safeParse({ jobId: 'boom' }).success).toBe(false);
});
