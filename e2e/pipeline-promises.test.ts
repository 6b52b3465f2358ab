import type { PipelineView } from '@deployment-engine/contracts';
import { testAtOnce } from '../scripts/jest/at-once.ts';
import { pipelineClient, statuses } from '../testing/pipelines.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { type Note, notesRepository } from '../testing/stacks/notes.ts';
import { waitFor } from '../testing/wait.ts';

// Each has an environment of its own. All have ended before the first `test`, as one of those kills the gateway.
const testBeside = testAtOnce({ atMost: 3 });
const { client, engine } = sharedEngine();
const stack = pipelineClient(client, 'notes');

const chain = (length: number, service = 'chain'): Record<string, Note> =>
  Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `${service}/c${index}`,
      { text: `${index}`, ...(index === 0 ? {} : { marks: [`${service}/c${index - 1}`] }) },
    ]),
  );
const body = (notes: Record<string, Note>, environment: string, more: object = {}) => ({
  files: notesRepository(notes),
  environment,
  ...more,
});

async function resources(environment: string): Promise<Record<string, number>> {
  const { body: state } = await client.get(`/api/stacks/notes/environments/${environment}/state`);
  return Object.fromEntries(
    Object.entries(state.resources as Record<string, { actual_state: { resource_count: number } }>).map(
      ([component, { actual_state }]) => [component, actual_state.resource_count],
    ),
  );
}

testBeside('of ten that want a stack at once and do not wait, one gets it', async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      client.post('/api/stacks/notes/apply', body(chain(1), 'contended', { wait: false })),
    ),
  );
  const accepted = answers.filter(({ status }) => status === 202);
  expect(accepted).toHaveLength(1);
  expect(answers.filter(({ body: { code } }) => code === 'stack_locked')).toHaveLength(9);
  const { body: locks } = await client.get('/api/stacks/notes/environments/contended/locks');
  const held = await waitFor('the lock to be held', async () => {
    const found = await client.get('/api/stacks/notes/environments/contended/locks');
    return found.body.locks.length > 0 ? found.body.locks : undefined;
  });
  expect(locks.locks.length).toBeLessThanOrEqual(1);
  expect(held).toMatchObject([
    { key: 'stack:notes:env:contended', pipelineId: accepted[0]?.body.pipelineId, waiting: [] },
  ]);
  await client.post(`/api/stacks/pipelines/${accepted[0]?.body.pipelineId}/cancel`, {});
  await stack.reached(accepted[0]?.body.pipelineId, ['cancelled']);
});

testBeside('two services are deployed at once; a whole stack waits for both', async () => {
  const notes = { ...chain(1, 'left'), ...chain(1, 'right') };
  await stack.run('apply', body(notes, 'teams', { autoApprove: true }));
  const changed = {
    'left/c0': { text: 'new' },
    'right/c0': { text: 'new' },
  };
  const left = await stack.run('apply', body(changed, 'teams', { service: 'left' }));
  const right = await stack.run('apply', body(changed, 'teams', { service: 'right' }));
  expect([left.status, right.status]).toStrictEqual(['awaiting_approval', 'awaiting_approval']);
  const whole = await stack.start('apply', body(changed, 'teams'));
  const waits = await waitFor('the whole stack to wait', async () => {
    const { body: view } = await client.get(`/api/stacks/pipelines/${whole}`);
    return view.waitingReason ? (view as PipelineView) : undefined;
  });
  expect(waits).toMatchObject({ status: 'pending', waitingReason: expect.stringContaining(left.pipelineId) });
  expect((await stack.approve(right)).status).toBe('completed');
  expect((await stack.approve(left)).status).toBe('completed');
  expect(await stack.ended(whole)).toMatchObject({ status: 'completed', counts: { unchanged: 2 } });
});

testBeside('a cancel starts nothing more, and a resumption does the rest', async () => {
  const id = await stack.start('apply', body(chain(6), 'cancelled', { autoApprove: true }));
  await waitFor('the first component', async () => {
    const { body: view } = await client.get(`/api/stacks/pipelines/${id}`);
    return view.counts.succeeded > 0;
  });
  await client.post(`/api/stacks/pipelines/${id}/cancel`, {});
  const cancelled = await stack.ended(id);
  expect(cancelled.status).toBe('cancelled');
  expect(cancelled.counts.cancelled).toBeGreaterThan(0);
  const resumed = await client.post(`/api/stacks/pipelines/${id}/resume`, { autoApprove: true });
  expect(resumed.status).toBe(202);
  const ended = await stack.ended(resumed.body.pipelineId);
  expect({ status: ended.status, error: ended.error }).toStrictEqual({ status: 'completed', error: null });
  expect(await resources('cancelled')).toStrictEqual(
    Object.fromEntries(Object.keys(chain(6)).map((component) => [component, 1])),
  );
});

testBeside('a plan that differs from what was approved asks again, and only for its component', async () => {
  const clock = {
    'kinds/Clock/kind.yaml': JSON.stringify({
      apiVersion: 'kinds.deployer.io/v1',
      kind: 'Kind',
      metadata: { name: 'Clock' },
      spec: { group: 'other', stateful: false, usualMinutes: 1 },
    }),
    'kinds/Clock/schema.json': '{"type": "object", "additionalProperties": true}',
    'kinds/Clock/variables.tf': ['spec', 'context', 'configs', 'inputs']
      .map((name) => `variable "${name}" {\n  type = any\n  default = {}\n}\n`)
      .join(''),
    'kinds/Clock/main.tf': 'resource "terraform_data" "clock" {\n  input = plantimestamp()\n}\n',
    'kinds/Clock/outputs.tf': 'output "at" {\n  value = terraform_data.clock.input\n}\n',
    'stacks/notes/services/chain/components/clock/clock.yaml': JSON.stringify({
      apiVersion: 'components.deployer.io/v1',
      kind: 'Clock',
      metadata: { name: 'clock' },
      spec: { dependsOn: ['chain/c0'] },
    }),
  };
  const notes = { ...chain(1), 'other/note': { text: 'x', marks: ['chain/c0'] } };
  const planned = await stack.run('apply', {
    files: notesRepository(notes, clock),
    environment: 'clock',
  });
  const asks = await stack.approve(planned);
  expect(asks.status).toBe('awaiting_approval');
  expect(statuses(asks)).toMatchObject({
    'chain/c0': 'succeeded',
    'other/note': 'succeeded',
    'chain/clock': 'awaiting_approval',
  });
  expect(asks.waitingReason).toContain('terraform_data.clock');
  expect(asks.planDigest).not.toBe(planned.planDigest);
  expect((await stack.approve(asks)).status).toBe('completed');
});

testBeside('a component that moves keeps what it has deployed', async () => {
  await stack.run('apply', body({ 'old/note': { text: 'a' } }, 'moved', { autoApprove: true }));
  const moved = body({ 'new/note': { text: 'a', movedFrom: 'old/note' } }, 'moved', { autoApprove: true });
  const done = await stack.run('apply', moved);
  expect(done).toMatchObject({
    status: 'completed',
    components: [{ component: 'new/note', action: 'deploy' }],
  });
  expect(done.components[0]?.projectId).toBe('notes.moved.old.note');
  expect(await resources('moved')).toStrictEqual({ 'new/note': 1 });
});

test('a job of nobody gets its turn while a large stack is deployed', async () => {
  const wide = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`wide/c${index}`, { text: 'x' }]),
  );
  const id = await stack.start('apply', body(wide, 'wide', { autoApprove: true, parallelism: 30 }));
  await waitFor('the stack to be at work', async () => {
    const { body: view } = await client.get(`/api/stacks/pipelines/${id}`);
    return view.counts.applying > 10;
  });
  const job = await client.complete('/api/deploy', {
    projectId: 'alone',
    iacCode: 'resource "terraform_data" "a" {\n}\n',
  });
  const { body: view } = await client.get(`/api/stacks/pipelines/${id}`);
  expect(job.status).toBe('completed');
  expect(view.counts.applying).toBeGreaterThan(0);
  expect(await stack.ended(id)).toMatchObject({ status: 'completed', counts: { succeeded: 30 } });
});

test('a gateway that is killed again and again ends the pipeline, with each component once', async () => {
  const planned = await stack.run('apply', body(chain(5), 'killed'));
  await client.post(`/api/stacks/pipelines/${planned.pipelineId}/approve`, {
    planDigest: planned.planDigest,
  });
  for (const done of [0, 1, 3]) {
    await waitFor(`${done} components to be deployed`, async () => {
      const { body: view } = await client.get(`/api/stacks/pipelines/${planned.pipelineId}`);
      const at = view.components.filter(({ status }: { status: string }) => status === 'succeeded').length;
      return at >= done && view.components.some(({ status }: { status: string }) => status === 'applying');
    });
    await engine().gateway?.stop('SIGKILL');
    await engine().startGateway();
  }
  const ended = await stack.ended(planned.pipelineId);
  expect({ status: ended.status, error: ended.error }).toStrictEqual({ status: 'completed', error: null });
  expect(await resources('killed')).toStrictEqual(
    Object.fromEntries(Object.keys(chain(5)).map((component) => [component, 1])),
  );
});
