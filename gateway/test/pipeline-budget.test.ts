import { emptyContent, pipelinePlace, sealJson } from '../src/pipelines/contents.ts';
import { advance } from '../src/pipelines/work/advance.ts';
import { type RandomStack, StackInTest } from './random-stack.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const stack: RandomStack = new Map([['a/one', { needs: [], version: 1, isLoud: true }]]);

/** Queues an apply with a budget whose plans are made, and cost this much a month. */
async function planned(environment: string, cost: number): Promise<{ test: StackInTest; id: string }> {
  const test = new StackInTest(it, environment);
  const id = await test.apply(stack);
  const { database, encryption } = it.gateway.context;
  const content = sealJson(encryption, { ...emptyContent, maxMonthly: 10 }, pipelinePlace(id));
  await database.query
    .updateTable('pipelines')
    .set({ content, status: 'planning', started_at: new Date() })
    .where('id', '=', id)
    .execute();
  await database.query
    .updateTable('pipeline_tasks')
    .set({ status: 'planned', cost: JSON.stringify({ before: 0, after: cost }) })
    .where('pipeline_id', '=', id)
    .execute();
  return { test, id };
}

test('a stack that costs more than its budget waits for an approval, whatever the request says', async () => {
  const { test, id } = await planned('dear', 11);
  while (await advance(it.gateway.context, id));
  const waiting = await test.view(id);
  expect(waiting).toMatchObject({ status: 'awaiting_approval', autoApprove: true, approvedBy: null });
  expect(waiting.waitingReason).toContain('cost 11.00 USD a month; spec.budget allows 10');
  expect(waiting.components).toMatchObject([{ status: 'planned', jobId: null }]);
  const { planDigest } = waiting;
  expect((await it.client.post(`/api/stacks/pipelines/${id}/approve`, { planDigest })).status).toBe(202);
  expect(await test.run(id, () => 0)).toMatchObject({ status: 'completed', counts: { succeeded: 1 } });
});

test('a stack within its budget does not wait', async () => {
  const { test, id } = await planned('cheap', 10);
  expect(await test.run(id, () => 0)).toMatchObject({ status: 'completed', approvedBy: 'autoApprove' });
});
