import assert from 'node:assert/strict';
import { allowsProvisioners } from '../testing/policy-file.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { shellEnv, slowCode } from '../testing/slow-code.ts';
import { readEvents } from '../testing/sse.ts';
import { waitFor } from '../testing/wait.ts';
import { findProcesses, signalAll, terraformProgram } from './chaos/processes.ts';

const { client, engine } = sharedEngine({
  gatewayEnv: { LEASE_SECONDS: '3' },
  runnerEnv: shellEnv,
  policy: allowsProvisioners,
});

/** The same code for tests that only need it applied. */
const quickCode = slowCode.replaceAll('sleep 0.5', 'true');

/** A test that leaves both services running. Prints their output if it fails. */
function restartTest(name: string, run: () => Promise<void>): void {
  test(name, async () => {
    try {
      await run();
    } catch (error) {
      console.error(engine().gateway?.output().slice(-4000), engine().runner?.output().slice(-4000));
      throw error;
    }
  });
}

async function applying(projectId: string): Promise<string> {
  const { body } = await client.post('/api/deploy', { projectId, iacCode: slowCode });
  await waitFor(
    'a finished resource',
    async () => (await client.get(`/api/deploy/status/${body.jobId}`)).body.resources.finished > 0,
  );
  return body.jobId;
}

async function assertWhole(jobId: string): Promise<void> {
  const { events, ended } = await readEvents(
    `${engine().url}/api/deploy/jobs/${jobId}/events`,
    undefined,
    Number.POSITIVE_INFINITY,
  );
  assert.ok(ended);
  expect(events.map((event) => event.id)).toStrictEqual(events.map((_, index) => index + 1));
  const finished = events
    .filter((event) => event.type === 'resource_finished')
    .map((event) => event.data.address);
  assert.equal(new Set(finished).size, finished.length, 'no resource is told of twice');
}

restartTest(
  'a runner killed during an apply: the apply continues and the restarted runner adopts it',
  async () => {
    const jobId = await applying('runner-killed');
    await engine().runner?.stop('SIGKILL');
    await engine().startRunner();
    const job = await client.finished(jobId);
    assert.equal(job.status, 'completed', job.error);
    expect(job.result?.outputs).toStrictEqual({ count: 8 });
    await assertWhole(jobId);
  },
);

restartTest('a gateway killed during an apply: the restarted gateway re-attaches to the run', async () => {
  const jobId = await applying('gateway-killed');
  await engine().gateway?.stop('SIGKILL');
  await engine().startGateway();
  const job = await client.finished(jobId);
  assert.equal(job.status, 'completed', job.error);
  await assertWhole(jobId);
});

restartTest('both killed during an apply, and both restarted', async () => {
  const jobId = await applying('both-killed');
  await engine().gateway?.stop('SIGKILL');
  await engine().runner?.stop('SIGKILL');
  await engine().startRunner();
  await engine().startGateway();
  const job = await client.finished(jobId);
  assert.equal(job.status, 'completed', job.error);
  await assertWhole(jobId);
});

restartTest(
  'Terraform killed during an apply: interrupted, uncertain, and the next deploy converges',
  async () => {
    const jobId = await applying('terraform-killed');
    expect(signalAll(findProcesses([engine().directory], terraformProgram), 'SIGKILL')).toBeGreaterThan(0);
    const job = await client.finished(jobId);
    expect([job.status, job.failure?.reason, job.failure?.retryable]).toStrictEqual([
      'failed',
      'interrupted',
      true,
    ]);
    const uncertain = (await client.get('/api/deploy/infrastructure/terraform-killed')).body;
    expect(uncertain.deploymentStatus).toBe('failed');
    const recorded = uncertain.terraformState.resources.length;
    assert.ok(recorded > 0 && recorded < 8, `${recorded} recorded`);
    assert.equal(
      uncertain.stateUncertain,
      null,
      "Terraform's own resources are nothing outside of the state",
    );
    const again = await client.complete('/api/deploy', { projectId: 'terraform-killed', iacCode: slowCode });
    expect(again.result?.outputs).toStrictEqual({ count: 8 });
  },
);

restartTest(
  'a running job is cancelled by interrupt, keeps what it has created, and says how it ended',
  async () => {
    const jobId = await applying('cancelled');
    const answer = await client.post(`/api/deploy/jobs/${jobId}/cancel`, { graceSeconds: 30 });
    expect([answer.status, answer.body.endedBy]).toStrictEqual([202, null]);
    const job = await client.finished(jobId);
    expect(job.status).toBe('cancelled');
    expect(job.endedBy).toBe('interrupt');
    expect(job.error ?? '').toMatch(/by interrupt/);
    const { state } = (await client.get('/api/deploy/state/cancelled')).body;
    assert.ok(state.resources.length > 0 && state.resources.length < 8);
  },
);

restartTest('a stopping gateway releases its job, and the next one finishes it', async () => {
  const jobId = await applying('handed-over');
  await engine().gateway?.stop('SIGTERM');
  expect(engine().gateway?.process.exitCode).toBe(0);
  await engine().startGateway();
  const job = await client.finished(jobId);
  assert.equal(job.status, 'completed', job.error);
});

restartTest('a stopping runner leaves the apply running, and adopts it at its next start', async () => {
  const jobId = await applying('runner-stopped');
  await engine().runner?.stop('SIGTERM');
  expect(engine().runner?.process.exitCode).toBe(0);
  await engine().startRunner();
  const job = await client.finished(jobId);
  assert.equal(job.status, 'completed', job.error);
});

restartTest('a job of a runner that is down starts when it is back', async () => {
  await engine().runner?.stop('SIGKILL');
  const { body } = await client.post('/api/deploy', { projectId: 'down', iacCode: quickCode });
  const reason = await waitFor(
    'the reason',
    async () => (await client.get(`/api/deploy/status/${body.jobId}`)).body.waitingReason,
  );
  expect(reason).toMatch(/does not answer/);
  await engine().startRunner();
  expect((await client.finished(body.jobId)).status).toBe('completed');
});

restartTest('a restart of everything loses nothing', async () => {
  const job = await client.complete('/api/deploy', { projectId: 'kept', iacCode: quickCode });
  await engine().gateway?.stop('SIGKILL');
  await engine().runner?.stop('SIGKILL');
  await engine().startRunner();
  await engine().startGateway();
  const after = (await client.get(`/api/deploy/status/${job.jobId}`)).body;
  expect(after).toStrictEqual(job);
  expect((await client.get('/api/deploy/outputs/kept')).body.outputs).toStrictEqual({ count: 8 });
});
