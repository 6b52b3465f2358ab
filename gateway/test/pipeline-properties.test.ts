import type { PipelineView } from '@deployment-engine/contracts';
import fc from 'fast-check';
import { type RandomStack, randomStacks, StackInTest } from './random-stack.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

/** Each run has its own environment. */
let environments = 0;
const fresh = () => new StackInTest(it, `e${environments++}`);
const runs = { numRuns: 6, includeErrorInReport: true };

/** Says which of the jobs at work ends next. */
const picks = fc.infiniteStream(fc.nat()).map((numbers) => (count: number) => {
  const { value = 0 } = numbers.next();
  return count === 0 ? 0 : value % count;
});
const schedule = fc.constantFrom('waves' as const, 'ready' as const);
const parallelism = fc.integer({ min: 1, max: 4 });

const statusOf = ({ components }: PipelineView) =>
  Object.fromEntries(components.map(({ component, status }) => [component, status]));
const those = (view: PipelineView, status: string) =>
  view.components.flatMap((task) => (task.status === status ? [task.component] : [])).sort();
/** Everything that needs one of the components, directly or not, and they themselves. */
function dependentsOf(stack: RandomStack, of: Iterable<string>): Set<string> {
  const found = new Set(of);
  for (const [id, { needs }] of stack) if (needs.some((need) => found.has(need))) found.add(id);
  return found;
}

function expectOrder(test: StackInTest, stack: RandomStack): void {
  for (const [index, { component, type, what }] of test.log.entries()) {
    if (what !== 'queued') continue;
    const before = test.log.slice(0, index).filter((entry) => entry.what === 'completed');
    const isOver = (id: string) => before.some((entry) => entry.component === id && entry.type === type);
    const first =
      type === 'deploy'
        ? (stack.get(component)?.needs ?? [])
        : [...stack].flatMap(([id, { needs }]) => (needs.includes(component) ? [id] : []));
    expect(first.filter((id) => !isOver(id))).toStrictEqual([]);
  }
}

test('a deploy begins nothing before what it needs is there, a destroy nothing that is still needed', async () => {
  await fc.assert(
    fc.asyncProperty(randomStacks, picks, schedule, parallelism, async (stack, pick, ...how) => {
      const stackInTest = fresh();
      const settings = { schedule: how[0], parallelism: how[1] };
      const atMost = (view: PipelineView) => expect(those(view, 'applying').length <= how[1]).toBe(true);
      const applied = await stackInTest.run(await stackInTest.apply(stack, settings), pick, atMost);
      expect(applied.status).toBe('completed');
      expect(await stackInTest.deployed()).toStrictEqual([...stack.keys()].sort());
      const destroyed = await stackInTest.run(await stackInTest.destroy(), pick);
      expect(destroyed.status).toBe('completed');
      expect(await stackInTest.deployed()).toStrictEqual([]);
      expectOrder(stackInTest, stack);
      expect(stackInTest.log.filter(({ what }) => what === 'completed')).toHaveLength(2 * stack.size);
    }),
    runs,
  );
});

test('a second apply does nothing; a change deploys its component, and what uses a changed output', async () => {
  await fc.assert(
    fc.asyncProperty(randomStacks, picks, fc.nat(), async (stack, pick, place) => {
      const stackInTest = fresh();
      await stackInTest.run(await stackInTest.apply(stack), pick);
      const again = await stackInTest.run(await stackInTest.apply(stack), pick);
      expect([again.status, those(again, 'unchanged').length]).toStrictEqual(['completed', stack.size]);
      const changed = [...stack.keys()][place % stack.size] ?? '';
      const old = stack.get(changed) ?? { needs: [], version: 1, isLoud: false };
      const next: RandomStack = new Map([...stack, [changed, { ...old, version: 2 }]]);
      const view = await stackInTest.run(await stackInTest.apply(next), pick);
      const users = [...stack].flatMap(([id, { needs }]) => (needs.includes(changed) ? [id] : []));
      expect(those(view, 'succeeded')).toStrictEqual([changed, ...(old.isLoud ? users : [])].sort());
    }),
    runs,
  );
});

test('after a failure nothing more begins, or what does not need it goes on; a resumption does the rest once', async () => {
  const onError = fc.constantFrom('stop' as const, 'continue' as const);
  const failures = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(randomStacks, picks, onError, failures, async (stack, pick, how, places) => {
      const stackInTest = fresh();
      stackInTest.failing = new Set(places.map((place) => [...stack.keys()][place % stack.size] ?? ''));
      const id = await stackInTest.apply(stack, { onError: how });
      let began: number | undefined;
      const view = await stackInTest.run(id, pick, (seen) => {
        if (how === 'continue' || those(seen, 'failed').length === 0) return;
        const at = those(seen, 'pending').length + those(seen, 'skipped').length;
        began ??= at;
        expect(at).toBe(began);
      });
      const done = those(view, 'succeeded');
      expect(view.status).toBe(done.length > 0 ? 'partial' : 'failed');
      const affected = dependentsOf(stack, stackInTest.failing);
      expect(done.filter((component) => affected.has(component))).toStrictEqual([]);
      if (how === 'continue') expect(done).toHaveLength(stack.size - affected.size);
      stackInTest.failing.clear();
      const rest = await stackInTest.run(
        await stackInTest.post(`/api/stacks/pipelines/${id}/resume`, { autoApprove: true }),
        pick,
      );
      expect(rest.status).toBe('completed');
      const completed = stackInTest.log.filter(({ what }) => what === 'completed');
      expect(completed.map(({ component }) => component).sort()).toStrictEqual([...stack.keys()].sort());
      expectOrder(stackInTest, stack);
    }),
    runs,
  );
});

test('a cancel at any step begins nothing more, and a resumption does the rest once', async () => {
  await fc.assert(
    fc.asyncProperty(randomStacks, picks, fc.nat({ max: 9 }), async (stack, pick, at) => {
      const stackInTest = fresh();
      const id = await stackInTest.apply(stack);
      const view = await stackInTest.run(id, pick, async ({ cancelRequested }, ended) => {
        if (ended >= at && !cancelRequested) await it.client.post(`/api/stacks/pipelines/${id}/cancel`, {});
      });
      const done = those(view, 'succeeded');
      expect(view.status).toBe(at < stack.size ? 'cancelled' : 'completed');
      if (view.status === 'completed') return;
      expect(done).toHaveLength(Math.min(at + 1, stack.size));
      expect(await stackInTest.deployed()).toStrictEqual(done);
      const resumed = await stackInTest.post(`/api/stacks/pipelines/${id}/resume`, { autoApprove: true });
      expect((await stackInTest.run(resumed, pick)).status).toBe('completed');
      const completed = stackInTest.log.filter(({ what }) => what === 'completed');
      expect(completed).toHaveLength(stack.size);
    }),
    runs,
  );
});

test('a part is deployed with what it needs, or with what needs it, and refused without; so is its destroy', async () => {
  const ask = fc.record({ withDependencies: fc.boolean(), withDependents: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(randomStacks, picks, fc.nat(), ask, async (stack, pick, place, widen) => {
      const stackInTest = fresh();
      const component = [...stack.keys()][place % stack.size] ?? '';
      const chosen = widen.withDependents ? dependentsOf(stack, [component]) : new Set([component]);
      const needed = new Set(chosen);
      for (const id of needed) for (const need of stack.get(id)?.needs ?? []) needed.add(need);
      const started = stackInTest.apply(stack, {}, { component, ...widen });
      if (needed.size > chosen.size && !widen.withDependencies)
        return expect(started).rejects.toMatchObject({ code: 'dependencies_missing' });
      const view = await stackInTest.run(await started, pick);
      expect(statusOf(view)).toStrictEqual(Object.fromEntries([...needed].map((id) => [id, 'succeeded'])));
      expectOrder(stackInTest, stack);
      const there = new Map([...stack].filter(([id]) => needed.has(id)));
      const users = [...dependentsOf(there, [component])].sort();
      const destroy = { component, withDependents: widen.withDependents };
      if (users.length > 1 && !widen.withDependents)
        return expect(stackInTest.destroy(destroy)).rejects.toThrow('dependents_remain');
      const gone = await stackInTest.run(await stackInTest.destroy(destroy), pick);
      expect(those(gone, 'succeeded')).toStrictEqual(users);
      expect(await stackInTest.deployed()).toStrictEqual(
        [...needed].filter((id) => !users.includes(id)).sort(),
      );
    }),
    runs,
  );
});

test('what the repository no longer has is destroyed after the rest, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(randomStacks, picks, fc.nat(), async (stack, pick, size) => {
      const stackInTest = fresh();
      await stackInTest.run(await stackInTest.apply(stack), pick);
      const kept: RandomStack = new Map([...stack].slice(0, 1 + (size % stack.size)));
      const view = await stackInTest.run(await stackInTest.apply(kept), pick);
      expect(view.status).toBe('completed');
      expect(await stackInTest.deployed()).toStrictEqual([...kept.keys()].sort());
      expectOrder(stackInTest, stack);
    }),
    runs,
  );
});
