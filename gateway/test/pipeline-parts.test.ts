import { type RandomStack, StackInTest } from './random-stack.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const first = () => 0;
const component = (version = 1, needs: string[] = [], after: string[] = []) => ({
  needs,
  after,
  version,
  isLoud: true,
});
const stackOf = (components: Record<string, ReturnType<typeof component>>): RandomStack =>
  new Map(Object.entries(components));

test('an order that the files give later counts for a destroy, though nothing was deployed for it', async () => {
  const test = new StackInTest(it, 'order');
  await test.run(await test.apply(stackOf({ 'a/one': component(), 'a/two': component() })), first);
  const ordered = stackOf({ 'a/one': component(), 'a/two': component(1, [], ['a/one']) });
  const again = await test.run(await test.apply(ordered), first);
  expect(again.counts).toStrictEqual({ unchanged: 2 });
  const part = { environment: 'order', component: 'a/one' };
  const refused = await it.client.post('/api/stacks/random/destroy', part);
  expect(refused).toMatchObject({ status: 409, body: { code: 'dependents_remain' } });
  const destroyed = await test.run(await test.destroy(), first);
  expect(destroyed.components).toMatchObject([
    { component: 'a/two', wave: 0 },
    { component: 'a/one', wave: 1 },
  ]);
});

test('a service that is deployed while another one changes what it uses is outdated', async () => {
  const test = new StackInTest(it, 'beside');
  const stack = (one: number, two: number) =>
    stackOf({ 'a/one': component(one), 'b/two': component(two, ['a/one']) });
  await test.run(await test.apply(stack(1, 1)), first);
  let beside: string | undefined;
  await test.run(await test.apply(stack(1, 2), {}, { service: 'b' }), first, async () => {
    beside = await test.apply(stack(2, 1), {}, { service: 'a' });
    expect((await test.run(beside, first)).status).toBe('completed');
  });
  const { body } = await it.client.get('/api/stacks/random/environments/beside');
  expect(body.components).toMatchObject([
    { component: 'a/one', status: 'deployed' },
    { component: 'b/two', status: 'outdated' },
  ]);
});

test('a part is not deployed if that destroys what the rest still needs', async () => {
  const test = new StackInTest(it, 'lost');
  const before = stackOf({ 'a/one': component(), 'b/two': component(1, ['a/one']) });
  await test.run(await test.apply(before), first);
  const after = stackOf({ 'a/other': component(), 'b/two': component() });
  await expect(test.apply(after, {}, { service: 'a' })).rejects.toMatchObject({
    code: 'dependents_remain',
    message: expect.stringContaining('b/two needs a/one; deploy that first, or the whole stack'),
  });
  await test.run(await test.apply(after, {}, { service: 'b' }), first);
  const lost = await test.run(await test.apply(after, {}, { service: 'a' }), first);
  expect(lost).toMatchObject({ status: 'completed', counts: { succeeded: 2 } });
  expect(await test.deployed()).toStrictEqual(['a/other', 'b/two']);
});

test('a rollback goes back over what changed its own part, not over what changed nothing or another part', async () => {
  const test = new StackInTest(it, 'own-part');
  const stack = (one: number, two: number) => stackOf({ 'a/one': component(one), 'b/two': component(two) });
  const whole = await test.run(await test.apply(stack(1, 1)), first);
  const ofA = await test.run(await test.apply(stack(2, 1), {}, { service: 'a' }), first);
  await test.run(await test.apply(stack(2, 2), {}, { component: 'b/two' }), first);
  await test.run(await test.apply(stack(2, 2)), first); // changes nothing
  const targetOf = async (part: object) => {
    const id = await test.post('/api/stacks/random/rollback', { environment: 'own-part', ...part });
    await it.client.post(`/api/stacks/pipelines/${id}/cancel`, {});
    return (await test.view(id)).rollbackTo;
  };
  expect(await targetOf({ service: 'a' })).toBe(whole.pipelineId);
  expect(await targetOf({ component: 'a/one' })).toBe(whole.pipelineId);
  expect(await targetOf({})).toBe(ofA.pipelineId);
});

test('a failed part whose rollback would destroy what the rest needs ends without one, and says so', async () => {
  const test = new StackInTest(it, 'no-way-back');
  await test.run(await test.apply(stackOf({ 'a/two': component(), 'b/two': component() })), first);
  const later = stackOf({
    'a/one': component(),
    'a/two': component(2),
    'b/two': component(2, ['a/one']),
  });
  test.failing.add('a/two');
  const id = await test.apply(later, { onError: 'rollback' }, { service: 'a' });
  const failed = await test.run(id, first, async (_, jobs) => {
    if (jobs === 1) await test.run(await test.apply(later, {}, { service: 'b' }), first);
  });
  expect(failed.status).toBe('partial');
  expect(failed.error).toContain('there is no rollback: ');
  expect(failed.error).toContain('b/two needs a/one');
});
