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
async function planned(
  environment: string,
  cost: number,
  what = stack,
): Promise<{ test: StackInTest; id: string }> {
  const test = new StackInTest(it, environment);
  const id = await test.apply(what);
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
    .where('component', '=', [...what.keys()].at(-1) ?? '')
    .execute();
  await database.query
    .updateTable('pipeline_tasks')
    .set({ status: 'unchanged' })
    .where('pipeline_id', '=', id)
    .where('status', '=', 'pending')
    .execute();
  return { test, id };
}

test('a stack that costs more than its budget waits for an approval, whatever the request says', async () => {
  const { test, id } = await planned('dear', 11);
  while (await advance(it.gateway.context, id));
  const waiting = await test.view(id);
  expect(waiting).toMatchObject({ status: 'awaiting_approval', autoApprove: true, approvedBy: null });
  expect(waiting.waitingReason).toContain(
    'all components would cost 11.00 USD a month; spec.budget allows 10',
  );
  expect(waiting.components).toMatchObject([{ status: 'planned', jobId: null }]);
  const { planDigest } = waiting;
  expect((await it.client.post(`/api/stacks/pipelines/${id}/approve`, { planDigest })).status).toBe(202);
  expect(await test.run(id, () => 0)).toMatchObject({ status: 'completed', counts: { succeeded: 1 } });
});

test('components that a change leaves alone count, too', async () => {
  const test = new StackInTest(it, 'grown');
  expect(await test.run(await test.apply(stack), () => 0)).toMatchObject({ status: 'completed' });
  const { query } = it.gateway.context.database;
  const { project_id, last_job_id } = await query
    .selectFrom('stack_components')
    .innerJoin('projects', 'projects.id', 'stack_components.project_id')
    .select(['project_id', 'last_job_id'])
    .where('environment', '=', 'grown')
    .executeTakeFirstOrThrow();
  const cost = { project_id, job_id: last_job_id ?? '', total: 9, categories: '{}', currency: 'USD' };
  await query
    .insertInto('cost_history')
    .values({ ...cost, price_book_as_of: '2030-01-01' })
    .execute();
  const grown: RandomStack = new Map([...stack, ['a/two', { needs: [], version: 1, isLoud: true }]]);
  const { id } = await planned('grown', 9, grown);
  while (await advance(it.gateway.context, id));
  expect((await test.view(id)).waitingReason).toContain('cost 18.00 USD a month');
});

test('a stack within its budget does not wait', async () => {
  const { test, id } = await planned('cheap', 10);
  expect(await test.run(id, () => 0)).toMatchObject({ status: 'completed', approvedBy: 'autoApprove' });
});
