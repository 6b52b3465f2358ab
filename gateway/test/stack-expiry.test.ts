import type { PipelineSettings } from '../src/pipelines/rows.ts';
import { type RandomStack, StackInTest } from './random-stack.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const one = { needs: [], version: 1, isLoud: true };
const stack: RandomStack = new Map([
  ['a/one', one],
  ['b/two', one],
]);
const first = () => 0;

/** Deploys and says when the environment destroys itself. */
async function destroyAt(test: StackInTest, settings: Partial<PipelineSettings>): Promise<string | null> {
  await test.run(await test.apply(stack, settings), first);
  return (await it.client.get(`/api/stacks/random/environments/${test.environment}`)).body.destroyAt;
}

test('a later apply keeps the time to live, gives a new one or cancels it', async () => {
  const test = new StackInTest(it, 'kept');
  const then = await destroyAt(test, { ttlSeconds: 600 });
  expect(then).not.toBeNull();
  expect(await destroyAt(test, {})).toBe(then);
  const later = await destroyAt(test, { ttlSeconds: 1200 });
  expect(Date.parse(later ?? '')).toBeGreaterThan(Date.parse(then ?? ''));
  expect(await destroyAt(test, { ttlSeconds: null })).toBeNull();
});

test('what is deployed after everything was destroyed by parts does not get the old time to live', async () => {
  const test = new StackInTest(it, 'by-parts');
  await destroyAt(test, { ttlSeconds: 600 });
  for (const service of ['a', 'b']) await test.run(await test.destroy({ service }), first);
  expect(await destroyAt(test, {})).toBeNull();
});
