import { ApiError } from '@deployment-engine/client';
import { agentOf, jobId, saidOf, textOf } from './agent-fixture.ts';

const pipelineId = 'pipeline-1704067200000-abcd1234';
const planDigest = 'a'.repeat(64);

test.each<[string, Record<string, unknown>, string]>([
  ['deploy', { jobId, code: 'x' }, 'code'],
  ['deploy', { jobId, files: { 'main.tf': '' }, variables: {}, message: 'why' }, 'message, files, variables'],
  ['rollback', { jobId, toRevision: 3 }, 'toRevision'],
  ['stack_deploy', { pipelineId, files: { a: 'x' }, service: 'orders' }, 'service, files'],
  ['stack_destroy', { pipelineId, component: 'orders/queue' }, 'component'],
  ['stack_rollback', { pipelineId, toPipeline: pipelineId }, 'toPipeline'],
])('%s approves nothing if it is also given something to plan with: %j', async (name, args, named) => {
  const asked = () => Promise.reject(new Error('the engine was asked'));
  await using agent = await agentOf({
    status: asked,
    pipeline: asked,
    approveJob: asked,
    approvePipeline: asked,
  });
  const answer = await agent.call(name, { ...args, planDigest });
  expect(answer.isError).toBe(true);
  expect(saidOf(answer)).toContain(`approving a plan: ${named} can't change a plan that exists`);
});

test('an argument that a tool does not have is refused by its name', async () => {
  await using agent = await agentOf({});
  const answer = await agent.call('destroy', { project: 'shop', autoApprove: true });
  expect(answer.isError).toBe(true);
  expect(textOf(answer)).toContain('autoApprove');
});

const refusal = (status: number, code: 'policy_denied' | 'rate_limited', detail: string) =>
  new ApiError('POST /api/deploy', { status, code, title: '', detail, fields: [], requestId: 'r' });

test('an agent that is refused the same way three times is told so; one that shall wait is not', async () => {
  const errors = [
    ...['a', 'a', 'b', 'a'].map((detail) => refusal(403, 'policy_denied', detail)),
    ...['c', 'c', 'c'].map((detail) => refusal(429, 'rate_limited', detail)),
  ];
  await using agent = await agentOf({ deploy: () => Promise.reject(errors.shift()) });
  const answers = [];
  while (errors.length > 0) answers.push(await agent.call('deploy', { project: 'shop', code: 'x' }));
  expect(answers.map(({ structuredContent }) => structuredContent)).toMatchObject([
    { code: 'policy_denied', repeated: 0 },
    { code: 'policy_denied', repeated: 0 },
    { code: 'policy_denied', repeated: 0 },
    { code: 'policy_denied', repeated: 1, fingerprint: expect.stringMatching(/^[0-9a-f]{12}$/) },
    { code: 'rate_limited' },
    { code: 'rate_limited' },
    { code: 'rate_limited' },
  ]);
  const isTold = answers.map((answer) => saidOf(answer).includes('3 times now'));
  expect(isTold).toStrictEqual([false, false, false, true, false, false, false]);
});

test('a wrong call that is repeated is a repetition too', async () => {
  await using agent = await agentOf({});
  const said = [];
  for (let attempt = 0; attempt < 3; attempt += 1) said.push(saidOf(await agent.call('status')));
  expect(said.map((text) => text.includes('3 times now'))).toStrictEqual([false, false, true]);
});

test.each<[string, boolean, number]>([
  ['a policy denies counts by its reason', false, 1],
  ['may succeed later does not count', true, 0],
])('a job that %s', async (_, retryable, repeated) => {
  const status = async ({ params }: { params: { jobId: string } }) => ({
    jobId: params.jobId,
    projectId: 'shop',
    type: 'deploy',
    status: 'failed',
    progress: 40,
    planDigest: null,
    plan: null,
    failure: {
      step: 'plan',
      reason: 'policy_denied',
      retryable,
      message: `policy: 1 finding, GET /api/deploy/jobs/${params.jobId}/policy`,
      diagnostics: [],
    },
  });
  async function* jobEvents() {
    yield { id: '1', type: 'job_status', data: { type: 'job_status', status: 'failed', message: '' } };
  }
  await using agent = await agentOf({ status, jobEvents });
  const answers = [];
  for (const id of [1, 2, 3])
    answers.push(await agent.call('status', { jobId: `deploy-1704067200000-abcd000${id}` }));
  expect(answers[2]?.structuredContent).toMatchObject({ repeated });
  expect(textOf(answers[2] ?? { content: [] }).includes('"fingerprint"')).toBe(repeated === 1);
});

const place = { stack: 'shop', environment: 'development' };
test.each<[string, string, Record<string, unknown>, string, object]>([
  ['list_projects', 'projects', {}, 'projects', { terraform: 1 }],
  ['list_jobs', 'jobs', {}, 'jobs', { jobId }],
  ['history', 'history', { project: 'shop' }, 'revisions', { revision: 1 }],
  ['list_stacks', 'stacks', {}, 'stacks', place],
  ['stack_history', 'stackHistory', place, 'pipelines', { pipelineId }],
])('%s says whether there are more', async (tool, operation, args, field, item) => {
  const pages = ['next', null];
  const page = async () => ({ [field]: [item], nextCursor: pages.shift() });
  await using agent = await agentOf({ [operation]: page });
  const first = await agent.call(tool, args);
  expect(first.structuredContent).toMatchObject({ nextCursor: 'next' });
  expect(saidOf(first)).toContain('There are more: pass nextCursor as cursor.');
  expect(saidOf(await agent.call(tool, { ...args, cursor: 'next' }))).not.toContain('There are more');
});

test.each<[number, 'rate_limited' | 'job_not_found', RegExp]>([
  [429, 'rate_limited', /wait a minute/],
  [404, 'job_not_found', /not found/i],
])('a resource that the engine refuses with %d is told as what it is', async (status, code, message) => {
  const error = new ApiError('GET /x', {
    status,
    code,
    title: '',
    detail: 'wait a minute',
    fields: [],
    requestId: null,
  });
  await using agent = await agentOf({ status: () => Promise.reject(error) });
  const read = agent.client.readResource({ uri: `deployer://jobs/${jobId}/diagnostics` });
  await expect(read).rejects.toThrow(message);
});
