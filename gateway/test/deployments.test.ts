import { enginePrincipal } from '../src/access/principal.ts';
import { createDeployment } from '../src/infrastructure/deployments/create.ts';
import { updateDeployment } from '../src/infrastructure/deployments/update.ts';
import { transition } from '../src/jobs/transition.ts';
import { saveStateVersion } from '../src/projects/states/store.ts';
import { type Client, type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloDeployment } from './support.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const terraform = helloDeployment;
const stackTemplate = {
  Parameters: {
    Size: { Type: 'Number', Default: 1, MaxValue: 5 },
    Word: { Type: 'String', NoEcho: true, MinLength: 8 },
  },
  Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
  Outputs: { Url: { Value: { Ref: 'Queue' } } },
};
const cloudformation = {
  ...terraform,
  template_type: 'cloudformation',
  template_code: JSON.stringify(stackTemplate),
  parameters: { Word: 'swordfish-1' },
};

const create = async (client: Client, body: object = terraform) => client.post('/api/deployments', body);
const path = (id: string) => `/api/deployments/${id}`;

/** Ends a deployment's job as if a runner had done it. */
async function end(jobId: string, how: 'complete' | 'fail'): Promise<void> {
  const trx = it.gateway.context.database.query;
  await transition(trx, { jobId }, 'claim', 'The job has started.');
  await transition(trx, { jobId }, how, 'It has ended.');
}

test('a deployment is created with an id of the engine, and shown with all fields of its API', async () => {
  const { status, body } = await create(it.admin, { ...terraform, description: 'the first', message: 'go' });
  expect(status).toBe(202);
  expect(body).toStrictEqual({
    ...terraformFacts(),
    description: 'the first',
    id: expect.stringMatching(/^dep-\d{13}-[a-z0-9]{8}$/),
    project_id: body.id,
    job_id: expect.stringMatching(/^deploy-/),
    template_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    created_at: expect.any(String),
    updated_at: expect.any(String),
  });
  expect((await it.admin.get(path(body.id))).body).toMatchObject({ id: body.id, status: 'pending' });
});

function terraformFacts() {
  const { template_code: _code, ...facts } = terraform;
  const none = {
    template_id: null,
    template_version: null,
    template_url: null,
    template_bucket: null,
    error_message: null,
  };
  const later = {
    started_at: null,
    completed_at: null,
    plan_digest: null,
    plan: null,
    error_details: null,
    waiting_reason: null,
  };
  const empty = { parameters: {}, variables: {}, outputs: {}, resources: [] };
  return { ...facts, ...none, ...later, ...empty, status: 'pending', is_dry_run: false, auto_approve: false };
}

test('a dry run is a plan', async () => {
  const { body } = await create(it.admin, { ...terraform, is_dry_run: true });
  expect(body.job_id).toMatch(/^plan-/);
});

test('parameters and variables are told apart; variables are stronger', async () => {
  const code = ['a', 'b', 'c'].map((name) => `variable "${name}" {}\n`).join('');
  const { body } = await create(it.admin, {
    ...terraform,
    template_code: `${code}variable "word" { sensitive = true }\n`,
    parameters: { a: 1, b: 2, word: 'swordfish-2' },
    variables: { b: 'stronger', c: [3] },
  });
  expect(body).toMatchObject({
    parameters: { a: 1, word: '(sensitive)' },
    variables: { b: 'stronger', c: [3] },
  });
  expect(JSON.stringify(body)).not.toContain('swordfish');
});

test('the same request with the same key makes one deployment', async () => {
  const again = () => it.admin.request('POST', '/api/deployments', terraform, { 'idempotency-key': 'once' });
  const [one, two] = [await again(), await again()];
  expect([one.status, two.status]).toStrictEqual([202, 202]);
  expect(two.body.id).toBe(one.body.id);
});

test.each([
  ['no template', { template_code: undefined }, '/template_code'],
  ['two templates', { template_url: 'https://example.org/a.tf' }, '/template_url'],
  [
    'an address without https',
    { template_code: undefined, template_url: 'http://example.org/a' },
    '/template_url',
  ],
  ['a version without a template', { template_version: 1 }, '/template_version'],
  ['an unknown cloud', { provider: 'ibm' }, '/provider'],
  ['a field that there is not', { templateCode: 'x' }, '/templateCode'],
  ['an empty template', { template_code: ' \n' }, '/template_code'],
  ['a parameter whose name no variable can have', { parameters: { 'a b': 1 } }, '/parameters/a b'],
  ['a lone account', { cloud_account_id: '' }, '/cloud_account_id'],
  ['CloudFormation for another cloud', { template_type: 'cloudformation', provider: 'gcp' }, '/provider'],
  ['ARM for another cloud', { template_type: 'arm' }, '/provider'],
])('%s is refused, and the field is named', async (_what, change, pointer) => {
  const { status, body } = await create(it.admin, { ...terraform, ...change });
  expect([status, body.errors?.[0]?.pointer]).toStrictEqual([400, pointer]);
});

test('a CloudFormation template is checked before anything runs; secrets are never shown', async () => {
  const { status, body } = await create(it.admin, cloudformation);
  expect([status, body.parameters]).toStrictEqual([202, { Size: '1', Word: '(sensitive)' }]);
  const wrong = await create(it.admin, {
    ...cloudformation,
    parameters: { Word: 'short', Size: 9, Other: 1 },
  });
  expect(wrong.status).toBe(400);
  expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toStrictEqual([
    '/parameters/Other',
    '/parameters/Size',
    '/parameters/Word',
  ]);
  expect(JSON.stringify(wrong.body)).not.toContain('short');
});

test.each([
  ['broken', '{', /line 1/],
  ['without resources', '{"Resources": {}}', /no Resources/],
  ['with aliases', 'Resources:\n  A: &a {Type: "AWS::SQS::Queue"}\n  B: *a\n', /aliases/],
  ['too large', JSON.stringify({ Description: 'x'.repeat(60_000), ...stackTemplate }), /51200/],
  [
    'with a name that is code',
    JSON.stringify({
      ...stackTemplate,
      Parameters: { ...stackTemplate.Parameters, 'a"]': { Default: 'x' } },
    }),
    /letters and digits/,
  ],
])('a CloudFormation template %s is refused with the reason', async (_what, template_code, reason) => {
  const { status, body } = await create(it.admin, { ...cloudformation, template_code });
  expect([status, body.code]).toStrictEqual([422, 'template_refused']);
  expect(body.detail).toMatch(reason);
});

test('templates of Google Cloud Deployment Manager are refused with the reason', async () => {
  const template_code = 'resources:\n- name: vm\n  type: compute.v1.instance\n';
  const { status, body } = await create(it.admin, { ...terraform, provider: 'gcp', template_code });
  expect([status, body.code, body.detail]).toStrictEqual([
    422,
    'template_refused',
    expect.stringContaining('which Google ends'),
  ]);
});

test('nobody writes what did not happen', async () => {
  const { body } = await create(it.admin);
  const lies = [
    { status: 'completed' },
    { status: 'running' },
    { outputs: { url: 'x' } },
    { resources: [] },
    { logs: 'all is well' },
    { error_message: null },
    { completed_at: '2030-01-01T00:00:00Z' },
  ];
  for (const lie of lies) {
    const answer = await it.admin.request('PUT', path(body.id), lie);
    expect([lie, answer.status, answer.body.code]).toStrictEqual([lie, 409, 'status_is_observed']);
  }
  expect((await it.admin.get(path(body.id))).body.status).toBe('pending');
});

test('the status cancelled cancels; a second time there is nothing to cancel', async () => {
  const { body } = await create(it.admin);
  const cancel = () => it.admin.request('PUT', path(body.id), { status: 'cancelled' });
  expect((await cancel()).body).toMatchObject({ status: 'cancelled' });
  expect((await cancel()).body.code).toBe('job_not_cancellable');
});

test('a request that cancels and changes something is refused, and does neither', async () => {
  const { body } = await create(it.admin);
  const put = (change: object) => it.admin.request('PUT', path(body.id), { status: 'cancelled', ...change });
  for (const change of [{ name: 'new' }, { auto_approve: true }, { parameters: {} }]) {
    const answer = await put(change);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toStrictEqual([
      400,
      `/${Object.keys(change)[0]}`,
    ]);
  }
  expect((await put({ logs: 'all is well' })).body.code).toBe('status_is_observed');
  expect((await it.admin.get(path(body.id))).body).toMatchObject({ status: 'pending', name: terraform.name });
});

test('auto_approve that is taken back while a change is prepared counts for its run', async () => {
  const { body } = await create(it.admin, { ...terraform, auto_approve: true });
  await end(body.job_id, 'complete');
  const { context } = it.gateway;
  const { query } = context.database;
  // Begins after the deployment was read, and is not awaited there: the embedded database has one connection.
  let takenBack: Promise<unknown> | undefined;
  const meanwhile = query.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      const change = { auto_approve: false };
      takenBack ??= query.updateTable('deployments').set(change).where('id', '=', body.id).execute();
      return result;
    },
  });
  const asked = { principal: enginePrincipal, call: { record: async () => {} }, key: undefined };
  await updateDeployment(
    { ...context, database: { ...context.database, query: meanwhile } },
    body.id,
    { template_code: `${terraform.template_code}# new\n` },
    asked as unknown as Parameters<typeof updateDeployment>[3],
  );
  await takenBack;
  const { job_id } = (await it.admin.get(path(body.id))).body;
  const job = await query.selectFrom('jobs').selectAll().where('id', '=', job_id).executeTakeFirst();
  expect([job_id === body.job_id, job?.auto_approve]).toStrictEqual([false, false]);
});

const lostNoEcho = JSON.stringify({
  ...stackTemplate,
  Parameters: { ...stackTemplate.Parameters, Word: { Type: 'String' } },
});
const sensitiveCode = 'variable "word" { sensitive = true }\n';

test.each([
  [
    'a parameter of CloudFormation',
    cloudformation,
    lostNoEcho,
    '/parameters/Word',
    { parameters: { Word: 'open' } },
  ],
  [
    'a parameter of Terraform',
    { ...terraform, template_code: sensitiveCode, parameters: { word: 'swordfish-3' } },
    'variable "word" {}\n',
    '/parameters/word',
    { parameters: { word: 'open' } },
  ],
  [
    'a variable that the code no longer has',
    { ...terraform, template_code: sensitiveCode, variables: { word: 'swordfish-4' } },
    helloDeployment.template_code,
    '/variables/word',
    { variables: {} },
  ],
])(
  '%s that is a secret no longer does not keep its value',
  async (_what, first, template_code, pointer, more) => {
    const { body } = await create(it.admin, first);
    await end(body.job_id, 'complete');
    const put = (change: object) => it.admin.request('PUT', path(body.id), { template_code, ...change });
    const refused = await put({});
    expect([refused.status, refused.body.errors?.[0]?.pointer]).toStrictEqual([400, pointer]);
    const given = await put(more);
    expect(given.status).toBe(200);
    for (const answer of [refused, given]) expect(JSON.stringify(answer.body)).not.toContain('swordfish');
  },
);

test('details change without a run; parameters and templates run again, with what is not given kept', async () => {
  const code = 'variable "a" {}\nvariable "b" {}\n';
  const { body } = await create(it.admin, {
    ...terraform,
    template_code: code,
    parameters: { a: 1 },
    variables: { b: 2 },
  });
  const put = async (change: object) => (await it.admin.request('PUT', path(body.id), change)).body;
  expect(await put({ name: 'shop', description: null })).toMatchObject({ name: 'shop', job_id: body.job_id });
  expect(await put({ parameters: { a: 3 } })).toMatchObject({ code: 'deployment_busy' });
  await end(body.job_id, 'complete');
  const changed = await put({ parameters: { a: 3 }, message: 'three' });
  expect(changed).toMatchObject({ parameters: { a: 3 }, variables: { b: 2 }, status: 'pending' });
  expect(changed.job_id).not.toBe(body.job_id);
  expect(changed.template_digest).toBe(body.template_digest);
  await end(changed.job_id, 'fail');
  const again = await put({ template_code: `${code}# new\n` });
  expect(again).toMatchObject({ parameters: { a: 3 }, variables: { b: 2 } });
  expect(again.template_digest).not.toBe(body.template_digest);
  const { history } = (await it.admin.get(`${path(body.id)}/history`)).body;
  expect(
    history.map(({ action, status, message }: Record<string, unknown>) => [action, status, message]),
  ).toStrictEqual([
    ['deploy', 'pending', null],
    ['deploy', 'failed', 'three'],
    ['deploy', 'completed', null],
  ]);
});

test('of two changes at once, one runs', async () => {
  const { body } = await create(it.admin, {
    ...terraform,
    template_code: 'variable "a" {}\n',
    parameters: { a: 0 },
  });
  await end(body.job_id, 'complete');
  const answers = await Promise.all(
    [1, 2, 3, 4].map((a) => it.admin.request('PUT', path(body.id), { parameters: { a } })),
  );
  expect(answers.map(({ status }) => status).toSorted()).toStrictEqual([200, 409, 409, 409]);
});

test('defaults of a template are not kept as if they had been given', async () => {
  const { body } = await create(it.admin, cloudformation);
  await end(body.job_id, 'complete');
  const { Size: _size, ...others } = stackTemplate.Parameters;
  const template_code = JSON.stringify({ ...stackTemplate, Parameters: others });
  const { status, body: changed } = await it.admin.request('PUT', path(body.id), { template_code });
  expect([status, changed.parameters]).toStrictEqual([200, { Word: '(sensitive)' }]);
});

test('a deployment that has created nothing is gone at once', async () => {
  const { body } = await create(it.admin);
  expect((await it.admin.request('DELETE', path(body.id))).body.code).toBe('deployment_busy');
  await it.admin.request('PUT', path(body.id), { status: 'cancelled' });
  expect((await it.admin.request('DELETE', path(body.id))).body.status).toBe('deleted');
  expect((await it.admin.get(path(body.id))).status).toBe(404);
  expect((await it.admin.request('DELETE', path(body.id))).status).toBe(404);
});

test.each([
  ['a destroy that left nothing', false],
  ['a destroy that left an orphan', true],
])('after %s: gone = not %s', async (_what, leaves) => {
  const { body } = await create(it.admin);
  await end(body.job_id, 'complete');
  const { database, encryption } = it.gateway.context;
  const state = { version: 4, serial: 1, lineage: 'l', outputs: {}, resources: [resource] };
  const raw = Buffer.from(JSON.stringify(state));
  const owner = { projectId: body.project_id, jobId: body.job_id };
  await saveStateVersion(database.query, encryption, { ...owner, raw });
  expect((await it.admin.get(path(body.id))).body.resources).toStrictEqual([
    { address: 'aws_s3_bucket.b', type: 'aws_s3_bucket', id: 'b-1' },
  ]);
  const { body: deleting } = await it.admin.request('DELETE', path(body.id));
  expect(deleting.job_id).toMatch(/^destroy-/);
  expect((await it.admin.request('DELETE', path(body.id))).body.job_id).toBe(deleting.job_id);
  if (leaves) await addOrphan(body.project_id, body.job_id);
  await end(deleting.job_id, 'complete');
  const after = await it.admin.get(path(body.id));
  expect([after.status, after.body.status]).toStrictEqual(leaves ? [200, 'failed'] : [404, 404]);
  const listed = (await it.admin.get('/api/deployments?status=deleted')).body.deployments;
  expect(listed.some(({ id }: { id: string }) => id === body.id)).toBe(!leaves);
});

async function addOrphan(projectId: string, jobId: string): Promise<void> {
  await it.gateway.context.database.query
    .insertInto('orphans')
    .values({
      ...{ id: `orphan-${'1'.repeat(16)}`, project_id: projectId, job_id: jobId, type: 'aws_s3_bucket' },
      ...{ reason: 'a test', started: true },
    })
    .execute();
}

const resource = {
  mode: 'managed',
  type: 'aws_s3_bucket',
  name: 'b',
  provider: 'provider["registry.terraform.io/hashicorp/aws"]',
  instances: [{ attributes: { id: 'b-1' } }],
};

test('two tenants see nothing of each other', async () => {
  const [acme, rival, viewer] = await Promise.all([
    it.withKey('deployer', ['acme.*']),
    it.withKey('deployer', ['rival.*']),
    it.withKey('viewer', ['acme.*']),
  ]);
  const { body } = await create(acme.client);
  expect(body.project_id).toBe(`acme.${body.id}`);
  const ids = async ({ client }: { client: Client }) =>
    (await client.get('/api/deployments')).body.deployments.map(({ id }: { id: string }) => id);
  expect([await ids(acme), await ids(rival), await ids(viewer)]).toStrictEqual([[body.id], [], [body.id]]);
  const absent = 'dep-1704067200000-abcd1234';
  const calls = [
    ['GET', '', undefined],
    ['GET', '/history', undefined],
    ['PUT', '', { name: 'mine' }],
    ['DELETE', '', undefined],
  ] as const;
  for (const [method, more, sent] of calls) {
    const of = async (id: string) => {
      const { status, body: answer } = await rival.client.request(method, path(id) + more, sent);
      return [status, answer.code, answer.detail.replace(id, '')];
    };
    expect(await of(body.id)).toStrictEqual(await of(absent));
    expect((await of(body.id)).slice(0, 2)).toStrictEqual([404, 'deployment_not_found']);
  }
  const lone = await it.withKey('deployer', ['one-project']);
  expect((await create(lone.client)).body.code).toBe('forbidden');
});

test('lists are filtered, and paged by offset and by cursor', async () => {
  const { client } = await it.withKey('deployer', ['lists.*']);
  const made: string[] = [];
  for (const [environment_id, template_type] of [
    ['staging', 'terraform'],
    ['production', 'cloudformation'],
    ['production', 'terraform'],
  ]) {
    const base = template_type === 'terraform' ? terraform : cloudformation;
    const { body } = await create(client, {
      ...base,
      environment_id,
      cloud_account_id: `of-${environment_id}`,
    });
    made.unshift(body.id);
  }
  const [newest, middle, oldest] = made;
  const ids = async (query: string) => {
    const { body } = await client.get(`/api/deployments?${query}`);
    return body.deployments.map(({ id }: { id: string }) => id);
  };
  expect(await ids('')).toStrictEqual([newest, middle, oldest]);
  expect(await ids('environment_id=production')).toStrictEqual([newest, middle]);
  expect(await ids('cloud_account_id=of-staging')).toStrictEqual([oldest]);
  expect(await ids('template_type=cloudformation&provider=aws')).toStrictEqual([middle]);
  expect(await ids('status=running')).toStrictEqual([]);
  expect(await ids('status=pending&limit=1&offset=1')).toStrictEqual([middle]);
  const first = (await client.get('/api/deployments?limit=2')).body;
  expect(first.deployments).toHaveLength(2);
  expect(await ids(`limit=2&cursor=${first.next_cursor}`)).toStrictEqual([oldest]);
  expect((await client.get('/api/deployments?offset=-1')).status).toBe(400);
});

test('a repeated request under one Idempotency-Key is answered without fetching its template again', async () => {
  const { context } = it.gateway;
  const key = { caller: 'ada', key: 'k', operation: 'createDeployment', bodySha256: 'of-the-body' };
  const { bodySha256: body_sha256, ...of } = key;
  const answer = JSON.stringify({ id: 'dep-first' });
  await context.database.query
    .insertInto('idempotency_keys')
    .values({ ...of, body_sha256, answer })
    .execute();
  // Nothing listens at the address: fetching it would be an error.
  const { template_code: _code, ...rest } = terraform;
  const body = { ...rest, template_url: 'https://127.0.0.1:9/main.tf' };
  const again = (sha256: string) =>
    createDeployment(
      context,
      body as unknown as Parameters<typeof createDeployment>[1],
      { principal: enginePrincipal, call: {}, key: { ...key, bodySha256: sha256 } } as unknown as Parameters<
        typeof createDeployment
      >[2],
    );
  expect(await again('of-the-body')).toStrictEqual({ id: 'dep-first' });
  await expect(again('of-another-body')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
});
