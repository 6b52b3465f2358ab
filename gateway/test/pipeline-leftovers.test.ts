import { insertOrphans } from '../src/jobs/recovery/orphan-store.ts';
import { type RandomStack, StackInTest } from './random-stack.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const stack: RandomStack = new Map([
  ['a/one', { needs: [], version: 1, isLoud: true }],
  ['a/two', { needs: ['a/one'], version: 1, isLoud: true }],
]);
const first = () => 0;

/** Deploys the stack, and leaves a record of an object that may exist. */
async function withOrphan(environment: string): Promise<{ test: StackInTest; projectId: string }> {
  const test = new StackInTest(it, environment);
  const { components } = await test.run(await test.apply(stack), first);
  const { context } = it.gateway;
  const [{ projectId = '', jobId = '' } = {}] = components.map((task) => ({
    projectId: task.projectId,
    jobId: task.jobId ?? '',
  }));
  await insertOrphans(context.database.query, context.encryption, [
    {
      ...{ projectId, jobId, address: 'aws_vpc.v', type: 'aws_vpc', reason: 'killed', started: true },
      ...{ objectId: null, source: null, content: null },
    },
  ]);
  return { test, projectId };
}

const statusesOf = async (environment: string) => {
  const { body } = await it.client.get(`/api/stacks/random/environments/${environment}`);
  return body.components.map(({ component, status }: Record<string, string>) => `${component} ${status}`);
};

test('a component whose objects may still exist is not destroyed until they are settled', async () => {
  const { test, projectId } = await withOrphan('left');
  const destroyed = await test.run(await test.destroy(), first);
  expect(destroyed).toMatchObject({ status: 'partial', counts: { succeeded: 1, failed: 1 } });
  expect(destroyed.error).toContain(`GET /api/deploy/orphans/${projectId}`);
  expect(await statusesOf('left')).toStrictEqual(['a/one failed']);

  const { orphans } = (await it.client.get(`/api/deploy/orphans/${projectId}`)).body;
  const reason = 'deleted by hand';
  const settled = { orphanIds: [orphans[0].id], reason };
  expect((await it.client.post(`/api/deploy/orphans/${projectId}/acknowledge`, settled)).status).toBe(200);
  const resume = `/api/stacks/pipelines/${destroyed.pipelineId}/resume`;
  const rest = await test.run(await test.post(resume, { autoApprove: true }), first);
  expect(rest).toMatchObject({ status: 'completed', counts: { succeeded: 1 } });
  expect(await test.deployed()).toStrictEqual([]);
});

test('a destroy that fails leaves its component known as failed', async () => {
  const test = new StackInTest(it, 'broken');
  await test.run(await test.apply(stack), first);
  test.failing.add('a/one');
  const destroyed = await test.run(await test.destroy(), first);
  expect(destroyed).toMatchObject({ status: 'partial', counts: { succeeded: 1, failed: 1 } });
  expect(await statusesOf('broken')).toStrictEqual(['a/one failed']);
});

test('a job that fails after the cancel is a failure, and its component is known as failed', async () => {
  const test = new StackInTest(it, 'cancelled');
  const id = await test.apply(stack);
  test.failing.add('a/one');
  const view = await test.run(id, first, async () => {
    await it.client.post(`/api/stacks/pipelines/${id}/cancel`, {});
  });
  expect(view).toMatchObject({ status: 'cancelled', counts: { failed: 1, cancelled: 1 } });
  expect(await statusesOf('cancelled')).toStrictEqual(['a/one failed']);
});

test('an old pipeline is not resumed over what a later one has deployed; the same code may be', async () => {
  const test = new StackInTest(it, 'older');
  test.failing.add('a/two');
  const broken = await test.run(await test.apply(stack), first);
  expect(broken.status).toBe('partial');
  const resume = `/api/stacks/pipelines/${broken.pipelineId}/resume`;
  test.failing.clear();
  const resumed = await test.run(await test.post(resume, { autoApprove: true }), first);
  expect(resumed.status).toBe('completed');
  const again = await test.run(await test.post(resume, { autoApprove: true }), first);
  expect(again).toMatchObject({ status: 'completed', counts: { unchanged: 2 } });
  const newer = new Map(stack).set('a/two', { needs: ['a/one'], version: 2, isLoud: true });
  const { pipelineId } = await test.run(await test.apply(newer), first);
  const refused = await it.client.post(resume, { autoApprove: true });
  expect(refused).toMatchObject({ status: 409, body: { code: 'pipeline_not_resumable' } });
  expect(refused.body.detail).toContain(`pipeline ${pipelineId} has deployed other code of a/two since`);
});
