import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimNextJob } from '../src/jobs/claim.ts';
import { JobSecrets } from '../src/secrets/job-secrets.ts';
import { settleJob } from '../src/worker/settle-job.ts';
import { helloCode, startTestGateway, unusedRunnerUrl } from './support.ts';

test('a time to live holds also for what a failed apply has created', async () => {
  await using it = await startTestGateway();
  const { context } = it.gateway;
  for (const [step, isDue] of [
    ['plan', false],
    ['apply', true],
  ] as const) {
    await it.client.post('/api/deploy', { projectId: step, iacCode: helloCode, ttlSeconds: 600 });
    const claim = await claimNextJob(context.database.query, {
      owner: 'test',
      leaseSeconds: 60,
      lostHoldSeconds: 300,
    });
    assert.ok(claim);
    const work = {
      context,
      ...claim,
      runner: context.runners.reserveOn(unusedRunnerUrl, claim.job.id),
      secrets: new JobSecrets(context, claim.job),
      logger: context.logger,
      signal: new AbortController().signal,
    };
    const outcome = { kind: 'failed', step, exitCode: 1, message: 'no' } as const;
    await settleJob(work, { kind: 'run_ended', outcome });
    const { destroyAt } = (await it.client.get(`/api/deploy/infrastructure/${step}`)).body;
    assert.equal(destroyAt !== null, isDue, `after a failed ${step}: ${destroyAt}`);
  }
});
