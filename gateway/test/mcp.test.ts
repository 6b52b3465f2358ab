import { type Agent, connectAgent } from '../../testing/agent.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloCode } from './support.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway({ CORS_ORIGINS: 'https://console.example.org' });
});
afterAll(() => it?.[Symbol.asyncDispose]());

async function agentWith(role: string, projects: string[] = ['*']): Promise<Agent & { id: string }> {
  const { id, key } = await it.withKey(role, projects);
  return { ...(await connectAgent(it.url, { key })), id };
}

const deployCall = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'deploy', arguments: { project: 'page', code: helloCode, waitSeconds: 0 } },
};
const post = (headers: Record<string, string>) =>
  fetch(`${it.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(deployCall),
  });

test('nobody calls a tool without a key, or with a revoked one', async () => {
  const { id, key } = await it.withKey('deployer', ['*']);
  expect((await post({})).status).toBe(401);
  expect((await post({ authorization: 'Bearer de_wrong' })).status).toBe(401);
  expect((await post({ authorization: `Bearer ${key}` })).status).toBe(200);
  await it.admin.request('DELETE', `/api/keys/${id}`);
  expect((await post({ authorization: `Bearer ${key}` })).status).toBe(401);
});

test.each<[string, string | undefined, number]>([
  ['a program', undefined, 200],
  ['an origin that is allowed', 'https://console.example.org', 200],
  ['another origin', 'https://evil.example.org', 403],
  ['a page without an origin of its own', 'null', 403],
])('a request of %s', async (_, origin, status) => {
  const { key } = await it.withKey('deployer', ['*']);
  const answer = await post({ authorization: `Bearer ${key}`, ...(origin ? { origin } : {}) });
  expect(answer.status).toBe(status);
});

test('a tool may what its key may: a viewer looks, and deploys nothing', async () => {
  await using viewer = await agentWith('viewer');
  const listed = await viewer.call('list_projects');
  expect(listed.isError).toBe(false);
  const refused = await viewer.call('deploy', { project: 'mine', code: helloCode });
  expect(refused).toMatchObject({ isError: true, facts: { code: 'forbidden', status: 403 } });
  const { body } = await it.admin.get('/api/deploy/jobs?projectId=mine');
  expect(body.jobs).toStrictEqual([]);
});

test('a key of one team learns nothing of the projects of another', async () => {
  await it.admin.post('/api/deploy/plan', { projectId: 'blue-1', iacCode: helloCode });
  await using agent = await agentWith('admin', ['red-*']);
  const none = await agent.call('state_resources', { project: 'blue-1' });
  const missing = await agent.call('state_resources', { project: 'blue-2' });
  expect(none.facts).toMatchObject({ code: 'project_not_found' });
  expect(none.said).toBe(missing.said);
  expect((await agent.call('list_projects')).text).not.toContain('blue-1');
});

test('a plan is not approved by a wrong digest, nor by a key that may not approve', async () => {
  await using deployer = await agentWith('deployer');
  const started = await deployer.call('deploy', { project: 'digest', code: helloCode, waitSeconds: 0 });
  expect(started.said).toContain('Call status with jobId');
  const jobId = String(started.facts.jobId);
  const planDigest = 'f'.repeat(64);
  expect(await deployer.call('deploy', { jobId, planDigest })).toMatchObject({
    isError: true,
    facts: { code: 'forbidden' },
  });
  await using approver = await agentWith('approver');
  expect(await approver.call('deploy', { jobId, planDigest })).toMatchObject({
    isError: true,
    facts: { code: 'job_not_awaiting_approval' },
  });
});

test('the audit log names the key that called, its address, and the operation that the tool used', async () => {
  await using agent = await agentWith('deployer');
  await agent.call('plan', { project: 'audited', code: helloCode, waitSeconds: 0 });
  const { body } = await it.admin.get('/api/audit?from=2000-01-01T00:00:00Z');
  const lines = String(body)
    .split('\n')
    .filter((line) => line.includes('"audited"'))
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    {
      action: 'plan',
      actor: { id: `key:${agent.id}` },
      address: '127.0.0.1',
      project: 'audited',
      outcome: 'ok',
    },
  ]);
});

test('an agent that calls without end meets the limit of its key', async () => {
  await using limited = await startGuardedGateway({ RATE_LIMIT_PER_MINUTE: '40' });
  const { key } = await limited.withKey('viewer', ['*']);
  await using agent = await connectAgent(limited.url, { key });
  const codes: unknown[] = [];
  for (let call = 0; call < 40 && !codes.includes('rate_limited'); call += 1)
    codes.push(
      await agent.call('list_projects').then(
        ({ facts }) => facts.code,
        () => 'rate_limited',
      ),
    );
  expect(codes[0]).toBeUndefined();
  expect(codes).toContain('rate_limited');
});

test('a resource that is read without end meets the limit too, and is not said to be missing', async () => {
  await using limited = await startGuardedGateway({ RATE_LIMIT_PER_MINUTE: '40' });
  const { body } = await limited.admin.post('/api/deploy/plan', { projectId: 'page', iacCode: helloCode });
  const { key } = await limited.withKey('viewer', ['*']);
  await using agent = await connectAgent(limited.url, { key });
  const uri = `deployer://jobs/${body.jobId}/diagnostics`;
  const ends: string[] = [];
  for (let read = 0; read < 40 && !ends.some((end) => end !== 'read'); read += 1)
    ends.push(
      await agent.client.readResource({ uri }).then(
        () => 'read',
        (error: Error) => error.message,
      ),
    );
  expect(ends[0]).toBe('read');
  expect(ends.at(-1)).toMatch(/too many calls/i);
});

test('a caller has at most 16 calls at work, and may go on when they have ended', async () => {
  await using deployer = await agentWith('deployer');
  const { facts } = await deployer.call('plan', { project: 'busy', code: helloCode, waitSeconds: 0 });
  const { key } = await it.withKey('viewer', ['*']);
  await using viewer = await connectAgent(it.url, { key });
  const waiting = (seconds: number) => viewer.call('status', { jobId: facts.jobId, waitSeconds: seconds });
  const calls = Array.from({ length: 17 }, () =>
    waiting(5).then(
      () => 'answered',
      (error: Error) => error.message,
    ),
  );
  const ends = await Promise.all(calls);
  expect(ends.filter((end) => end === 'answered')).toHaveLength(16);
  expect(ends.filter((end) => /16 calls at work|rate_limited|429/.test(end))).toHaveLength(1);
  expect((await waiting(0)).facts).toMatchObject({ jobId: facts.jobId });
});
