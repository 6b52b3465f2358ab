import assert from 'node:assert/strict';
import { openApiDocument } from '../src/http/openapi.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloCode, helloDeployment } from './support.ts';

const roles = ['viewer', 'deployer', 'approver', 'admin'];
const code = { iacCode: helloCode };
const emptyStack = {
  'stacks/stack/stack.yaml': JSON.stringify({
    apiVersion: 'core.deployer.io/v1',
    kind: 'Stack',
    metadata: { name: 'stack' },
    spec: { provider: { name: 'aws', region: 'us-east-1' } },
  }),
};
const pipelineId = 'pipeline-1704067200000-abcd1234';
/** A valid body for each operation; `{}` for operations that are not listed. */
const bodies: Record<string, unknown> = {
  deploy: { projectId: 'mine', ...code },
  plan: { projectId: 'mine', ...code },
  destroy: { projectId: 'mine' },
  rollback: { projectId: 'mine' },
  validateCode: code,
  validateStack: { files: { 'stacks/stack/stack.yaml': '' } },
  drawStackGraph: { files: { 'stacks/stack/stack.yaml': '' }, environment: 'development' },
  planStack: { files: emptyStack, environment: 'development' },
  applyStack: { files: emptyStack, environment: 'development' },
  destroyStack: { environment: 'development' },
  rollbackStack: { environment: 'development' },
  checkStackDrift: { environment: 'development' },
  remediateStackDrift: { environment: 'development' },
  promoteStack: { from: 'development', to: 'staging' },
  approvePipeline: { planDigest: 'a'.repeat(64) },
  unlockStack: { pipelineId, force: true },
  restoreStack: { at: '2030-01-01T00:00:00Z' },
  ignoreStackDrift: { component: 'a/b', attribute: '*', why: 'a test' },
  estimateCode: code,
  approveJob: { planDigest: 'a'.repeat(64) },
  setBudget: { maxMonthly: 10 },
  setDriftSchedule: { cron: null },
  setStackDriftSchedule: { cron: null },
  setSecretVariables: { variables: { word: 'swordfish' } },
  setCredentials: { credentials: { AWS_REGION: 'eu-west-1' } },
  allowFinding: { id: 'AWS-S3-001', who: 'ada', why: 'a test' },
  addAllowance: { id: 'AWS-S3-001', who: 'ada', why: 'a test' },
  adoptOrphan: { orphanId: `orphan-${'0'.repeat(16)}` },
  deleteOrphans: { orphanIds: [`orphan-${'0'.repeat(16)}`] },
  acknowledgeOrphans: { orphanIds: [`orphan-${'0'.repeat(16)}`], reason: 'a test' },
  createDeployment: helloDeployment,
  storeCloudAccount: {
    credentials: {
      kind: 'aws_access_key',
      access_key_id: 'AKIAEXAMPLE',
      secret_access_key: 'key-of-the-table-test',
    },
  },
  createNotification: { name: 'hook', url: 'https://hooks.example.org/x', projects: 'other-*' },
  createTemplate: { name: 'hello', template_type: 'terraform', template_code: helloCode },
  addTemplateVersion: { template_code: helloCode },
  createKey: { name: 'k', role: 'viewer', projects: ['other-1'] },
};
const queries: Record<string, string> = { diffStateVersions: '?from=1&to=1' };

type Operation = {
  operationId: string;
  method: string;
  path: string;
  role: string | undefined;
  scope: string | undefined;
};
const operations: Operation[] = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Record<string, string>>).map(([method, operation]) => ({
    operationId: operation.operationId ?? '',
    method: method.toUpperCase(),
    path,
    role: operation['x-required-role'],
    scope: operation['x-scope'],
  })),
);

let it: GuardedGateway;
let jobId = '';
const keys = new Map<string, string>();

beforeAll(async () => {
  it = await startGuardedGateway();
  for (const role of roles) keys.set(role, (await it.withKey(role, ['*'])).key);
  keys.set('scoped', (await it.withKey('admin', ['other-*'])).key);
  const { body } = await it.admin.post('/api/deploy', bodies.deploy);
  jobId = body.jobId;
});
afterAll(() => it?.[Symbol.asyncDispose]());

/** Reads only the head of a streamed answer. */
async function ask(operation: Operation, key: string | undefined, ids = { projectId: 'mine', jobId }) {
  const values: Record<string, string> = {
    ...ids,
    version: '1',
    revision: '1',
    keyId: '0'.repeat(16),
    pipelineId,
    ruleId: `drift-${'0'.repeat(16)}`,
    notificationId: `notification-${'0'.repeat(16)}`,
    deliveryId: '1',
    deploymentId: 'dep-1704067200000-abcd1234',
    cloudAccountId: 'shop-production',
    templateId: 'tpl-1704067200000-abcd1234',
  };
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? name);
  const body = bodies[operation.operationId] ?? {};
  const response = await fetch(`${it.url}${path}${queries[operation.operationId] ?? ''}`, {
    method: operation.method,
    headers: {
      ...(key ? { authorization: `Bearer ${key}` } : {}),
      ...(operation.method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    ...(operation.method === 'GET' ? {} : { body: JSON.stringify({ ...body, ...namedIn(body, ids) }) }),
  });
  if (/[/+]json/.test(response.headers.get('content-type') ?? ''))
    return { status: response.status, problem: JSON.parse(await response.text()) };
  await response.body?.cancel();
  return { status: response.status, problem: undefined };
}

function namedIn(body: unknown, { projectId }: { projectId: string }): object {
  return typeof body === 'object' && body !== null && 'projectId' in body ? { projectId } : {};
}

function namesProject({ operationId, path }: Operation): boolean {
  return /\{(projectId|jobId)\}/.test(path) || 'projectId' in ((bodies[operationId] ?? {}) as object);
}

function assertAllowed({ status, problem }: Awaited<ReturnType<typeof ask>>): void {
  assert.ok(status !== 401 && status !== 403 && status !== 429 && status !== 500, JSON.stringify(problem));
  if (status === 200) return;
  assert.equal(problem?.errors, undefined, `add a valid body to the table: ${JSON.stringify(problem)}`);
}

for (const operation of operations)
  test(`${operation.method} ${operation.path}: each role`, async () => {
    const { role } = operation;
    assert.ok(role === 'public' || roles.includes(role ?? ''), 'the operation says which role it needs');
    const nobody = await ask(operation, undefined);
    if (role === 'public') return assert.notEqual(nobody.status, 403, JSON.stringify(nobody.problem));
    expect([nobody.status, nobody.problem.code]).toStrictEqual([401, 'unauthenticated']);
    for (const given of roles) {
      const answer = await ask(operation, keys.get(given));
      if (roles.indexOf(given) >= roles.indexOf(role ?? '')) assertAllowed(answer);
      else assert.deepEqual([answer.status, answer.problem.code], [403, 'forbidden'], given);
    }
  });

for (const operation of operations.filter(({ role }) => role !== 'public'))
  test(`${operation.method} ${operation.path}: an admin of other projects`, async () => {
    const answer = await ask(operation, keys.get('scoped'));
    if (!namesProject(operation)) {
      if (operation.scope === 'any') assertAllowed(answer);
      else expect([answer.status, answer.problem.code]).toStrictEqual([403, 'forbidden']);
      return;
    }
    assert.ok([403, 404].includes(answer.status), JSON.stringify(answer));
    const absent = { projectId: 'absent', jobId: 'deploy-1704067200000-abc123' };
    const same = await ask(operation, keys.get('scoped'), absent);
    expect(same.status).toBe(answer.status);
    const text = (problem: { detail: string }, ids: { projectId: string; jobId: string }) =>
      problem.detail.replace(ids.projectId, '').replace(ids.jobId, '');
    expect(text(answer.problem, { projectId: 'mine', jobId })).toBe(text(same.problem, absent));
  });

test('lists contain only what is in scope', async () => {
  const { client } = await it.withKey('viewer', ['listed-*', 'x_y']);
  await it.admin.post('/api/deploy', { projectId: 'listed-2', ...code });
  await it.admin.post('/api/deploy', { projectId: 'xzy', ...code });
  const projects = (await client.get('/api/deploy/projects')).body.projects;
  expect(projects.map((project: { projectId: string }) => project.projectId)).toStrictEqual(['listed-2']);
  const { jobs } = (await client.get('/api/deploy/jobs')).body;
  expect(jobs.map((job: { projectId: string }) => job.projectId)).toStrictEqual(['listed-2']);
  expect((await client.get('/api/deploy/jobs?projectId=mine')).status).toBe(403);
});

test('every operation has a role', () => {
  expect(operations.length).toBeGreaterThan(40);
  assert.ok(operations.every(({ role }) => role !== undefined));
});
