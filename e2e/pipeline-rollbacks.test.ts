import { testAtOnce } from '../scripts/jest/at-once.ts';
import { pipelineClient } from '../testing/pipelines.ts';
import { sharedEngine } from '../testing/shared-engine.ts';
import { type Note, notesRepository } from '../testing/stacks/notes.ts';

// Each test has an environment of its own.
const test = testAtOnce({ atMost: 4 });
const { client } = sharedEngine();
const stack = pipelineClient(client, 'notes');

const stackFile = (spec: object) =>
  JSON.stringify({
    apiVersion: 'core.deployer.io/v1',
    kind: 'Stack',
    metadata: { name: 'notes' },
    spec: { provider: { name: 'aws', region: 'us-east-1' }, ...spec },
  });
const apply = (environment: string, notes: Record<string, Note>, files = {}, more: object = {}) =>
  stack.run('apply', {
    ...{ files: notesRepository(notes, files), environment, autoApprove: true },
    ...more,
  });

/** Returns what the components have deployed: id and text of each. */
async function deployed(environment: string): Promise<Record<string, { id: string; text: string }>> {
  const { body } = await client.get(`/api/stacks/notes/environments/${environment}/outputs`);
  const components: { component: string; outputs: { id: string; text: string } }[] = body.components;
  return Object.fromEntries(
    components.map(({ component, outputs: { id, text } }) => [component, { id, text }]),
  );
}

test('a rollback deletes what was created, restores what was updated or replaced, and creates what was deleted', async () => {
  const replacing = {
    'kinds/Note/main.tf': `resource "terraform_data" "note" {
  input            = var.spec.text
  triggers_replace = startswith(var.spec.text, "whole") ? var.spec.text : ""
}
locals {
  values = []
}
`,
  };
  const run = (notes: Record<string, Note>) => apply('cases', notes, replacing, { prune: true });
  await run({
    'a/updated': { text: 'one' },
    'a/replaced': { text: 'whole one' },
    'a/deleted': { text: 'x' },
  });
  const before = await deployed('cases');
  await run({
    'a/updated': { text: 'two' },
    'a/replaced': { text: 'whole two' },
    'a/created': { text: 'y' },
  });
  const between = await deployed('cases');
  expect(between['a/updated']).toStrictEqual({ id: before['a/updated']?.id, text: 'two' });
  expect(between['a/replaced']?.id).not.toBe(before['a/replaced']?.id);
  const asked = await stack.run('rollback', { environment: 'cases' });
  const plans = asked.components.map(({ component, action, plan }) => [component, action, plan]);
  expect(plans).toStrictEqual([
    ['a/deleted', 'deploy', expect.objectContaining({ create: 1, update: 0, replace: 0, delete: 0 })],
    ['a/replaced', 'deploy', expect.objectContaining({ create: 0, update: 0, replace: 1, delete: 0 })],
    ['a/updated', 'deploy', expect.objectContaining({ create: 0, update: 1, replace: 0, delete: 0 })],
    ['a/created', 'destroy', expect.objectContaining({ create: 0, update: 0, replace: 0, delete: 1 })],
  ]);
  expect((await stack.approve(asked)).status).toBe('completed');
  const texts = Object.entries(await deployed('cases')).map(([component, { text }]) => [component, text]);
  expect(texts).toStrictEqual([
    ['a/deleted', 'x'],
    ['a/replaced', 'whole one'],
    ['a/updated', 'one'],
  ]);
});

test('a stack that says so goes back after a failure', async () => {
  const files = { 'stacks/notes/stack.yaml': stackFile({ rollback: { onFailure: true } }) };
  const first = await apply('failing', { 'a/one': { text: 'one' }, 'b/two': { text: 'two' } }, files);
  const broken = { 'a/one': { text: 'new' }, 'b/two': { text: 'new', copies: ['a/one'], fails: true } };
  const failed = await apply('failing', broken, files);
  expect(failed).toMatchObject({ status: 'partial', counts: { succeeded: 1, failed: 1 } });
  expect(failed.error).toContain('brings back what was deployed before');
  const id = /(pipeline-\S+) brings back/.exec(failed.error ?? '')?.[1] ?? '';
  const back = await stack.ended(id);
  expect(back).toMatchObject({ type: 'rollback', status: 'completed', rollbackTo: first.pipelineId });
  expect(await deployed('failing')).toMatchObject({ 'a/one': { text: 'one' }, 'b/two': { text: 'two' } });
});

test('a pipeline that waits for its approval gives the stack back when it is cancelled, and can not be approved any more', async () => {
  const notes = { 'a/one': { text: 'one' } };
  const asked = await apply('cancelled', notes, {}, { autoApprove: false });
  const id = asked.pipelineId;
  await client.post(`/api/stacks/pipelines/${id}/cancel`, {});
  expect((await stack.ended(id)).status).toBe('cancelled');
  const late = await client.post(`/api/stacks/pipelines/${id}/approve`, { planDigest: asked.planDigest });
  expect(late).toMatchObject({ status: 409 });
  const next = await apply('cancelled', notes, {}, { wait: false });
  expect(next.status).toBe('completed');
});
