import { advance } from '../src/pipelines/work/advance.ts';
import { type RandomStack, StackInTest } from './random-stack.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const first = () => 0;
const component = (version: number, needs: string[] = []) => ({ needs, version, isLoud: true });
const base: RandomStack = new Map([['b/two', component(1)]]);
const both = (version: number): RandomStack =>
  new Map([
    ['b/two', component(version)],
    ['a/one', component(1, ['b/two'])],
  ]);

test('what another service began to use while its destroy waited is not destroyed', async () => {
  const test = new StackInTest(it, 'used-since');
  await test.run(await test.apply(base), first);
  let waiting = '';
  await test.run(await test.apply(both(2), {}, { service: 'b' }), first, async () => {
    waiting = await test.destroy({ service: 'b' });
    await test.run(await test.apply(both(2), {}, { service: 'a' }), first);
  });
  const refused = await test.run(waiting, first);
  expect(refused).toMatchObject({ status: 'failed', counts: { failed: 1 } });
  expect(refused.error).toContain('a/one needs it since');
  const { body } = await it.client.get('/api/stacks/random/environments/used-since');
  expect(body.components).toMatchObject([
    { component: 'a/one', status: 'outdated' },
    { component: 'b/two', status: 'deployed' },
  ]);
});

test('a plan that waited for its approval is not applied if what it needs was destroyed meanwhile', async () => {
  const test = new StackInTest(it, 'gone-since');
  await test.run(await test.apply(base), first);
  const id = await test.apply(both(1), { autoApprove: false }, { service: 'a' });
  while (await advance(it.gateway.context, id));
  const { query } = it.gateway.context.database;
  const of = (table: 'jobs' | 'pipeline_tasks') => query.updateTable(table).where('pipeline_id', '=', id);
  await of('jobs')
    .set({ status: 'awaiting_approval', plan_digest: 'a'.repeat(64) })
    .execute();
  await query
    .updateTable('pipelines')
    .set({ status: 'awaiting_approval', plan_digest: 'b'.repeat(64) })
    .where('id', '=', id)
    .execute();
  await of('pipeline_tasks')
    .set({ status: 'planned', cost: JSON.stringify({ before: 0, after: 0 }) })
    .execute();
  await test.run(await test.destroy({ service: 'b' }), first);
  const planDigest = 'b'.repeat(64);
  expect((await it.client.post(`/api/stacks/pipelines/${id}/approve`, { planDigest })).status).toBe(202);
  const failed = await test.run(id, first);
  expect(failed.components).toMatchObject([{ component: 'a/one', status: 'failed' }]);
  expect(failed.error).toContain('its inputs are not there: b/two.out');
});
