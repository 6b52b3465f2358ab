import { cloudRepository } from '../../testing/stacks/cloud-stack.ts';
import { waitFor } from '../../testing/wait.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const files = cloudRepository({ 'a/one': { kind: 'SQS' }, 'b/two': { kind: 'SQS' } });
const apply = (more: object = {}) =>
  it.admin.post('/api/stacks/cloud/apply', { files, environment: 'staging', ...more });
const cancel = (pipelineId: string) => it.admin.post(`/api/stacks/pipelines/${pipelineId}/cancel`, {});
const reached = (pipelineId: string, wanted: string) =>
  waitFor(`${pipelineId} to be ${wanted}`, async () => {
    const { body } = await it.admin.get(`/api/stacks/pipelines/${pipelineId}`);
    return body.status === wanted ? body : undefined;
  });

async function lockEntries(): Promise<{ action: string; job: string; detail: Record<string, unknown> }[]> {
  const rows = await it.gateway.context.database.query
    .selectFrom('audit_entries')
    .select('entry')
    .orderBy('seq')
    .execute();
  return rows.map(({ entry }) => JSON.parse(entry)).filter(({ action }) => /Lock$/.test(action));
}

test('who took a scope and gave it back, and when, is in the audit log and the metrics; who never had it is not', async () => {
  const { body: first } = await apply();
  await reached(first.pipelineId, 'planning');
  const { body: second } = await apply({ service: 'a' });
  const { body: never } = await apply();
  expect(await apply({ component: 'a/one', wait: false })).toMatchObject({
    status: 409,
    body: { code: 'stack_locked' },
  });
  expect((await it.admin.post('/api/stacks/cloud/plan', { files, environment: 'staging' })).status).toBe(202);
  await cancel(never.pipelineId);
  await reached(never.pipelineId, 'cancelled');
  await cancel(first.pipelineId);
  await reached(first.pipelineId, 'cancelled');
  await reached(second.pipelineId, 'planning');
  await cancel(second.pipelineId);
  await reached(second.pipelineId, 'cancelled');
  const entries = await lockEntries();
  expect(entries.map(({ action, job, detail }) => [action, job, detail.lock])).toStrictEqual([
    ['acquireLock', first.pipelineId, 'stack:cloud:env:staging'],
    ['releaseLock', first.pipelineId, 'stack:cloud:env:staging'],
    ['acquireLock', second.pipelineId, 'stack:cloud:env:staging:service:a'],
    ['releaseLock', second.pipelineId, 'stack:cloud:env:staging:service:a'],
  ]);
  const [, released, acquired] = entries;
  expect(released?.detail.heldSeconds).toBeGreaterThan(0);
  expect(acquired?.detail.waitedSeconds).toBeGreaterThan(0);
  const answer = await fetch(`${it.url}/metrics`, { headers: { authorization: `Bearer ${it.adminKey}` } });
  const text = await answer.text();
  for (const line of [
    'stack_locks_acquired_total{scope="stack"} 1',
    'stack_locks_acquired_total{scope="service"} 1',
    'stack_locks_refused_total 1',
    'stack_lock_held_seconds_count{scope="stack"} 1',
    'stack_lock_wait_seconds_count{scope="service"} 1',
  ])
    expect(text).toContain(line);
});
