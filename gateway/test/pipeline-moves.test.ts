import { type CloudComponent, cloudRepository } from '../../testing/stacks/cloud-stack.ts';
import { deployedComponents } from '../src/pipelines/store.ts';
import { advance } from '../src/pipelines/work/advance.ts';
import { endAs } from './deployed-pipeline.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

type Components = Record<string, CloudComponent>;
const queue: CloudComponent = { kind: 'SQS' };
const moved = (movedFrom: string, more: object = {}): CloudComponent => ({
  ...queue,
  metadata: { movedFrom, ...more },
});

const request = async (operation: string, body: object) => {
  const answer = await it.client.post(`/api/stacks/cloud/${operation}`, body);
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return answer.body.pipelineId as string;
};
const apply = (environment: string, components: Components) =>
  request('apply', { environment, files: cloudRepository(components), autoApprove: true });

/** Deploys as far as the tables are concerned. */
async function deployed(environment: string, components: Components): Promise<string> {
  const id = await apply(environment, components);
  await endAs(it.gateway.context, id);
  return id;
}

/** What a pipeline does to which project. */
async function tasksOf(pipelineId: string): Promise<string[]> {
  const { body } = await it.client.get(`/api/stacks/pipelines/${pipelineId}`);
  return body.components.map(
    ({ action, component, projectId }: Record<string, string>) => `${action} ${component} in ${projectId}`,
  );
}

test('a rollback over a move brings the old name back to the same project, and destroys nothing', async () => {
  const first = await deployed('back', { 'a/one': queue });
  const second = await deployed('back', { 'a/two': moved('a/one') });
  await deployed('back', { 'a/three': moved('a/two') });
  const last = await request('rollback', { environment: 'back' });
  expect(await tasksOf(last)).toStrictEqual(['deploy a/two in cloud.back.a.one']);
  const older = await request('rollback', { environment: 'back', toPipeline: first });
  expect(await tasksOf(older)).toStrictEqual(['deploy a/one in cloud.back.a.one']);
  await endAs(it.gateway.context, last);
  const again = await request('rollback', { environment: 'back', toPipeline: second, service: 'a' });
  expect(await tasksOf(again)).toStrictEqual(['deploy a/two in cloud.back.a.one']);
});

test('what lies in the same region is taken over by a component with several regions', async () => {
  await deployed('regions', { 'a/one': queue });
  const regions = ['eu-west-1', 'us-east-1'];
  const spread = { 'a/two': moved('a/one', { regions }) };
  expect(await tasksOf(await deployed('regions', spread))).toStrictEqual([
    'deploy a/two@eu-west-1 in cloud.regions.a.two.eu-west-1',
    'deploy a/two@us-east-1 in cloud.regions.a.one',
  ]);
  const renamed = { 'a/three': moved('a/two', { regions }) };
  expect(await tasksOf(await apply('regions', renamed))).toStrictEqual([
    'deploy a/three@eu-west-1 in cloud.regions.a.two.eu-west-1',
    'deploy a/three@us-east-1 in cloud.regions.a.one',
  ]);
});

test('a component that was deployed beside the one it says it was moved from leaves that one to be destroyed', async () => {
  await deployed('late', { 'a/one': queue, 'a/two': queue });
  expect(await tasksOf(await apply('late', { 'a/two': moved('a/one') }))).toStrictEqual([
    'deploy a/two in cloud.late.a.two',
    'destroy a/one in cloud.late.a.one',
  ]);
});

test('a new component does not get the project of one that was moved from its name', async () => {
  const environment = 'again';
  await deployed(environment, { 'a/one': queue });
  const moving = await apply(environment, { 'a/two': moved('a/one') });
  const waiting = await apply(environment, { 'a/one': queue });
  await endAs(it.gateway.context, moving);
  const files = cloudRepository({ 'a/one': queue, 'a/two': queue });
  const refused = await it.client.post('/api/stacks/cloud/apply', { files, environment });
  expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(refused.body.errors[0].detail).toContain(
    'cloud.again.a.one belongs to a/two, which was moved from it',
  );
  while (await advance(it.gateway.context, waiting));
  const { body } = await it.client.get(`/api/stacks/pipelines/${waiting}`);
  expect(body).toMatchObject({ status: 'failed', components: [{ status: 'failed', jobId: null }] });
  expect(body.error).toContain('its project cloud.again.a.one belongs to a/two since');
  const rows = await deployedComponents(it.gateway.context.database.query, 'cloud', environment);
  expect(rows).toMatchObject([{ component: 'a/two', status: 'deployed' }]);
});
