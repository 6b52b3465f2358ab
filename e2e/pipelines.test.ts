import { testAtOnce } from '../scripts/jest/at-once.ts';
import { pipelineClient, statuses } from '../testing/pipelines.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { notesRepository } from '../testing/stacks/notes.ts';

// Each test has an environment of its own.
const test = testAtOnce({ atMost: 4 });
const { client } = sharedEngine();
const stack = pipelineClient(client, 'notes');

const three = {
  'base/first': { text: 'one' },
  'base/second': { text: 'two', copies: ['base/first'] },
  'web/third': { text: 'three', marks: ['base/second'] },
};
const request = (notes: Parameters<typeof notesRepository>[0], environment: string, more = {}) => ({
  files: notesRepository(notes),
  environment,
  ...more,
});

test('a stack is planned as a whole, approved once, applied in waves, and then has nothing to do', async () => {
  const planned = await stack.run('apply', request(three, 'whole'));
  expect(planned.status).toBe('awaiting_approval');
  expect(statuses(planned)).toStrictEqual({
    'base/first': 'planned',
    'base/second': 'planned',
    'web/third': 'planned',
  });
  const third = planned.components.find(({ component }) => component === 'web/third');
  expect(third).toMatchObject({
    pendingInputs: ['base/second.id'],
    plan: { create: 1 },
    reason: '1 to create, 0 to update, 0 to replace, 0 to delete; 1 input is known after an apply',
  });
  expect(planned.plan).toMatchObject({ create: 3, update: 0, delete: 0 });
  const wrong = await client.post(`/api/stacks/pipelines/${planned.pipelineId}/approve`, {
    planDigest: '0'.repeat(64),
  });
  expect(wrong).toMatchObject({ status: 409, body: { code: 'plan_digest_mismatch' } });
  const applied = await stack.approve(planned);
  expect(applied).toMatchObject({ status: 'completed', error: null, counts: { succeeded: 3 } });
  const again = await stack.run('apply', request(three, 'whole'));
  expect(again).toMatchObject({ status: 'completed', counts: { unchanged: 3 } });
  expect(again.components.every(({ planJobId, jobId }) => planJobId === null && jobId === null)).toBe(true);
});

test('a change deploys what it changes; what copies a value that stays is left alone', async () => {
  await stack.run('apply', request(three, 'changes', { autoApprove: true }));
  const changed = { ...three, 'base/second': { text: 'new', copies: ['base/first'] } };
  const planned = await stack.run('apply', request(changed, 'changes'));
  const second = planned.components.find(({ component }) => component === 'base/second');
  expect(second?.changes).toStrictEqual([{ path: 'spec.text', before: 'two', after: 'new' }]);
  expect(statuses(planned)).toMatchObject({ 'base/first': 'unchanged', 'base/second': 'planned' });
  expect(statuses(await stack.approve(planned))).toStrictEqual({
    'base/first': 'unchanged',
    'base/second': 'succeeded',
    'web/third': 'unchanged',
  });
});

test('what uses a changed value is outdated until it is deployed with it, or the value is back', async () => {
  const notes = { ...three, 'base/other': { text: 'other', copies: ['base/first'] } };
  const changed = { ...notes, 'base/first': { text: 'new' } };
  const run = async (now: typeof notes, more = {}) => {
    await stack.run('apply', request(now, 'outdated', { autoApprove: true, parallelism: 1, ...more }));
    const { body } = await client.get('/api/stacks/notes/environments/outdated');
    return Object.fromEntries(
      body.components.map(({ component, status }: Record<string, string>) => [component, status]),
    );
  };
  const deployed = { 'base/first': 'deployed', 'base/other': 'deployed', 'base/second': 'deployed' };
  const outdated = { ...deployed, 'base/other': 'outdated', 'base/second': 'outdated' };
  expect(await run(notes)).toMatchObject(deployed);
  expect(await run(changed, { component: 'base/first' })).toMatchObject(outdated);
  expect(await run(notes, { component: 'base/first' })).toMatchObject(deployed);
  const broken = { ...changed, 'base/other': { ...notes['base/other'], fails: true } };
  expect(await run(broken)).toMatchObject({ ...outdated, 'base/other': 'failed' });
  expect(await run(changed)).toMatchObject(deployed);
});

test('a component that fails stops the pipeline; a resumption deploys the rest', async () => {
  const broken = { ...three, 'base/second': { ...three['base/second'], fails: true } };
  const failed = await stack.run('apply', request(broken, 'broken', { autoApprove: true }));
  expect(failed.status).toBe('partial');
  expect(failed.error).toContain('base/second');
  expect(statuses(failed)).toStrictEqual({
    'base/first': 'succeeded',
    'base/second': 'failed',
    'web/third': 'skipped',
  });
  const mended = await stack.run('apply', request(three, 'broken', { autoApprove: true }));
  expect(mended.counts).toStrictEqual({ unchanged: 1, succeeded: 2 });
});

test('what was planned and then skipped leaves no plan that waits', async () => {
  const document = (kind: string, name: string, spec: object) => ({ kind, metadata: { name }, spec });
  const broken = {
    'kinds/Broken/kind.yaml': JSON.stringify({
      apiVersion: 'kinds.deployer.io/v1',
      ...document('Kind', 'Broken', { group: 'other', stateful: false, usualMinutes: 1 }),
    }),
    'kinds/Broken/schema.json': '{"type": "object"}',
    'kinds/Broken/variables.tf': ['spec', 'context', 'configs', 'inputs']
      .map((name) => `variable "${name}" {\n  type = any\n}\n`)
      .join(''),
    'kinds/Broken/main.tf': `resource "terraform_data" "this" {
  lifecycle {
    postcondition {
      condition     = self.id == ""
      error_message = "it fails when it is applied"
    }
  }
}
`,
    'stacks/notes/services/base/components/broken/broken.yaml': JSON.stringify({
      apiVersion: 'components.deployer.io/v1',
      ...document('Broken', 'broken', {}),
    }),
  };
  const files = notesRepository({ 'base/first': { text: 'one' } }, broken);
  const planned = await stack.run('apply', { files, environment: 'skipped', parallelism: 1 });
  const failed = await stack.approve(planned);
  expect(statuses(failed)).toStrictEqual({ 'base/broken': 'failed', 'base/first': 'skipped' });
  const jobs = await client.get('/api/deploy/jobs?projectId=notes.skipped.base.first');
  expect(jobs.body.jobs.map(({ status }: { status: string }) => status)).toStrictEqual(['cancelled']);
});

test('components that the repository no longer has are destroyed after one approval, dependents first', async () => {
  await stack.run('apply', request(three, 'fewer', { autoApprove: true }));
  const one = { 'base/first': three['base/first'] };
  const asks = await stack.run('apply', request(one, 'fewer', { autoApprove: true }));
  expect(statuses(asks)).toMatchObject({
    'base/second': 'awaiting_approval',
    'web/third': 'awaiting_approval',
  });
  const done = await stack.approve(asks);
  expect(done).toMatchObject({ status: 'completed', counts: { unchanged: 1, succeeded: 2 } });
  const ended = done.components.map(({ component, finishedAt }) => [component, Date.parse(`${finishedAt}`)]);
  const { 'web/third': third, 'base/second': second } = Object.fromEntries(ended);
  expect(third).toBeLessThan(second);
});

test('a component that the repository no longer has is destroyed, after an approval', async () => {
  await stack.run('apply', request(three, 'removed', { autoApprove: true }));
  const { 'web/third': _, ...two } = three;
  const asks = await stack.run('apply', request(two, 'removed', { autoApprove: true }));
  expect(asks.status).toBe('awaiting_approval');
  expect(statuses(asks)).toMatchObject({ 'web/third': 'awaiting_approval' });
  expect(await stack.approve(asks)).toMatchObject({ status: 'completed' });
  const { body } = await client.get('/api/stacks/notes/environments/removed');
  expect(body.components.map(({ component }: { component: string }) => component)).toStrictEqual([
    'base/first',
    'base/second',
  ]);
});

test('a rollback brings back what an earlier pipeline had deployed, and destroys what came later', async () => {
  const first = await stack.run('apply', request(three, 'back', { autoApprove: true }));
  const later = {
    ...three,
    'base/first': { text: 'changed' },
    'web/late': { text: 'late', copies: ['web/third'] },
  };
  await stack.run('apply', request(later, 'back', { autoApprove: true }));
  const rollback = await stack.run('rollback', { environment: 'back' });
  expect(rollback).toMatchObject({ status: 'awaiting_approval', rollbackTo: first.pipelineId });
  const done = await stack.approve(rollback);
  expect(done.status).toBe('completed');
  const { body } = await client.get('/api/stacks/notes/environments/back/outputs');
  expect(
    body.components.map(({ component, outputs }: never) => [component, (outputs as { text: string }).text]),
  ).toStrictEqual([
    ['base/first', 'one'],
    ['base/second', 'two'],
    ['web/third', 'three'],
  ]);
});

test('a rollback of a component that holds data asks, whatever the request says', async () => {
  const stateful = {
    'kinds/Note/kind.yaml': JSON.stringify({
      apiVersion: 'kinds.deployer.io/v1',
      kind: 'Kind',
      metadata: { name: 'Note' },
      spec: { group: 'other', stateful: true, usualMinutes: 1 },
    }),
  };
  for (const text of ['one', 'two'])
    await stack.run('apply', {
      files: notesRepository({ 'base/first': { text } }, stateful),
      environment: 'data',
      autoApprove: true,
    });
  const asks = await stack.run('rollback', { environment: 'data', autoApprove: true });
  expect(asks).toMatchObject({
    status: 'awaiting_approval',
    components: [{ component: 'base/first', stateful: true, reason: expect.stringContaining('holds data') }],
  });
  expect((await stack.approve(asks)).status).toBe('completed');
});

test('a destroy takes what nothing needs first, and refuses a part that others need', async () => {
  await stack.run('apply', request(three, 'gone', { autoApprove: true }));
  const part = await client.post('/api/stacks/notes/destroy', {
    environment: 'gone',
    component: 'base/first',
  });
  expect(part).toMatchObject({ status: 409, body: { code: 'dependents_remain' } });
  const destroyed = await stack.run('destroy', { environment: 'gone', autoApprove: true });
  expect(destroyed).toMatchObject({ status: 'completed', counts: { succeeded: 3 } });
  const waves = Object.fromEntries(destroyed.components.map(({ component, wave }) => [component, wave]));
  expect(waves).toStrictEqual({ 'web/third': 0, 'base/second': 1, 'base/first': 2 });
  const { body } = await client.get('/api/stacks/notes/environments/gone');
  expect(body).toMatchObject({ status: 'not_deployed', components: [] });
});

test('a promotion deploys the same repository to the next environment, and skips none', async () => {
  await stack.run('apply', request(three, 'development', { autoApprove: true }));
  const skips = await client.post('/api/stacks/notes/promote', { from: 'development', to: 'production' });
  expect(skips).toMatchObject({ status: 409, body: { code: 'promotion_refused' } });
  const promoted = await stack.run('promote', { from: 'development', to: 'staging', autoApprove: true });
  expect(promoted).toMatchObject({ status: 'completed', environment: 'staging', counts: { succeeded: 3 } });
});

test('an environment that requires an approval gets one, whatever the request says', async () => {
  const files = notesRepository(three, {
    'stacks/notes/stack.yaml': JSON.stringify({
      apiVersion: 'core.deployer.io/v1',
      kind: 'Stack',
      metadata: { name: 'notes' },
      spec: {
        provider: { name: 'aws', region: 'us-east-1' },
        approval: { environments: { careful: { required: true } } },
        budget: { maxMonthly: 0 },
      },
    }),
  });
  const careful = await stack.run('apply', { files, environment: 'careful', autoApprove: true });
  expect(careful).toMatchObject({
    status: 'awaiting_approval',
    cost: { before: 0, after: 0, currency: 'USD' },
  });
  const free = await stack.run('apply', { files, environment: 'free', autoApprove: true });
  expect(free).toMatchObject({ status: 'completed', approvedBy: 'autoApprove' });
});

test('a project of a stack is changed by its pipelines only', async () => {
  await stack.run('apply', request(three, 'owned', { autoApprove: true }));
  const projectId = 'notes.owned.base.first';
  const direct = await client.post('/api/deploy/destroy', { projectId });
  expect(direct).toMatchObject({ status: 409, body: { code: 'stack_owned' } });
});
