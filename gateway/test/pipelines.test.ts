import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { policyFile } from '../../testing/policy-file.ts';
import { notesRepository, notesStackFile } from '../../testing/stacks/notes.ts';
import { componentPlace, sealJson } from '../src/pipelines/contents.ts';
import { destroyDueEnvironments } from '../src/pipelines/work/expiry.ts';
import { type Client, type GuardedGateway, startGuardedGateway } from './access-support.ts';

let it: GuardedGateway;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'));
  it = await startGuardedGateway(await policyFile(folder, { enforce: { stackRules, profile: 'guarded' } }));
});
afterAll(async () => {
  await it?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const rule = (id: string, mode: string, expression: string) => ({
  id,
  mode,
  expression,
  language: 'cel',
  message: `rule ${id}`,
});
const stackRules = [
  rule('USER-BLOCK', 'block', 'component.spec.text == "forbidden"'),
  rule('USER-ASK', 'approve', 'component.spec.text == "ask"'),
];

const files = (spec: object = {}) => notesRepository({ 'a/one': { text: '1' } }, notesStackFile(spec));
const query = () => it.gateway.context.database.query;

/** Makes a pipeline wait as if its plans were made; there is no runner here. */
async function waiting(environment: string, spec: object, client: Client): Promise<string> {
  const { body } = await client.post('/api/stacks/notes/apply', { files: files(spec), environment });
  await query()
    .updateTable('pipelines')
    .set({ status: 'awaiting_approval', plan_digest: 'a'.repeat(64) })
    .where('id', '=', body.pipelineId)
    .execute();
  await query()
    .updateTable('pipeline_tasks')
    .set({ status: 'planned' })
    .where('pipeline_id', '=', body.pipelineId)
    .execute();
  return body.pipelineId;
}

test('approvers that the stack names approve, others are refused, and so is who asked', async () => {
  const asker = await it.withKey('approver', ['*'], { name: 'asker' });
  const lead = await it.withKey('approver', ['*'], { name: 'lead' });
  const other = await it.withKey('approver', ['*'], { name: 'other' });
  const spec = {
    approval: { environments: { production: { required: true, approvers: ['lead', 'asker'] } } },
  };
  const id = await waiting('production', spec, asker.client);
  const approve = ({ client }: { client: Client }) =>
    client.post(`/api/stacks/pipelines/${id}/approve`, { planDigest: 'a'.repeat(64) });
  expect(await approve(asker)).toMatchObject({ status: 403, body: { code: 'self_approval' } });
  const refused = await approve(other);
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  expect(refused.body.detail).toContain('lead, asker');
  expect(await approve(lead)).toMatchObject({ status: 202 });
});

test('a caller sees and starts only what its projects allow', async () => {
  const mine = await it.withKey('deployer', ['notes.mine.*']);
  const theirs = await it.withKey('approver', ['notes.theirs.*']);
  const started = await mine.client.post('/api/stacks/notes/apply', { files: files(), environment: 'mine' });
  expect(started.status).toBe(202);
  const refused = await mine.client.post('/api/stacks/notes/apply', {
    files: files(),
    environment: 'production',
  });
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  const id = started.body.pipelineId;
  for (const path of ['', '/events'])
    expect(await theirs.client.get(`/api/stacks/pipelines/${id}${path}`)).toMatchObject({
      status: 404,
      body: { code: 'pipeline_not_found' },
    });
  for (const [operation, body] of [
    ['approve', { planDigest: 'a'.repeat(64) }],
    ['cancel', {}],
    ['resume', {}],
  ] as const)
    expect(await theirs.client.post(`/api/stacks/pipelines/${id}/${operation}`, body)).toMatchObject({
      status: 404,
    });
  expect((await theirs.client.get('/api/stacks/pipelines')).body.pipelines).toStrictEqual([]);
  expect((await theirs.client.get('/api/stacks/notes/environments/mine')).status).toBe(404);
  expect((await mine.client.get('/api/stacks/pipelines')).body.pipelines).toMatchObject([{ pipelineId: id }]);
});

test('an environment whose time to live is over is destroyed once', async () => {
  await query()
    .insertInto('stack_environments')
    .values({
      stack: 'notes',
      environment: 'preview',
      destroy_at: new Date(0),
      created_by: 'engine',
      blast_radius: null,
    })
    .execute();
  const [id, ...more] = await destroyDueEnvironments(it.gateway.context);
  expect(more).toStrictEqual([]);
  expect(await destroyDueEnvironments(it.gateway.context)).toStrictEqual([]);
  const { body } = await it.admin.get(`/api/stacks/pipelines/${id}`);
  expect(body).toMatchObject({ type: 'destroy', environment: 'preview', autoApprove: true });
});

test('a stack that is not valid is refused with the place of every error, and nothing is stored', async () => {
  const broken = { ...files(), 'stacks/notes/services/a/components/one/note.yaml': '{"kind": "Nte"}' };
  const { status, body } = await it.admin.post('/api/stacks/notes/apply', {
    files: broken,
    environment: 'dev',
  });
  expect({ status, code: body.code }).toStrictEqual({ status: 422, code: 'stack_invalid' });
  expect(body.errors[0].pointer).toBe('/files/stacks~1notes~1services~1a~1components~1one~1note.yaml');
  expect((await it.admin.get('/api/stacks/notes/environments/dev')).status).toBe(404);
});

test('the same idempotency key gives the same pipeline', async () => {
  const send = () =>
    it.admin.post(
      '/api/stacks/notes/apply',
      { files: files(), environment: 'once' },
      { 'idempotency-key': 'k-1' },
    );
  const [first, second] = [await send(), await send()];
  expect(second.body).toStrictEqual(first.body);
});

test('a rule leaves a difference out until it expires or is removed, and says who and why', async () => {
  const { encryption } = it.gateway.context;
  const plan = { id: 'a/one', dependsOn: [], spec: {}, infra: {}, stateful: false };
  await query().insertInto('projects').values({ id: 'notes.ruled.a.one' }).execute();
  await query()
    .insertInto('stack_components')
    .values({
      project_id: 'notes.ruled.a.one',
      stack: 'notes',
      environment: 'ruled',
      component: 'a/one',
      status: 'deployed',
      content: sealJson(encryption, plan, componentPlace('notes.ruled.a.one')),
      code_digest: '',
      inputs_digest: '',
      pipeline_id: 'none',
    })
    .execute();
  const base = '/api/stacks/notes/environments/ruled/drift';
  const add = (more: object) =>
    it.admin.post(`${base}/ignore`, { component: 'a/*', attribute: '*.tags', why: 'autoscaling', ...more });
  const { body: rule } = await add({});
  const past = await add({ expiresAt: '2020-01-01T00:00:00Z' });
  expect([past.status, past.body.errors[0].pointer]).toStrictEqual([400, '/expiresAt']);
  await add({ expiresAt: '2100-01-01T00:00:00Z' });
  await query()
    .updateTable('drift_rules')
    .set({ expires_at: new Date(0) })
    .where('expires_at', 'is not', null)
    .execute();
  expect(await add({ component: 'b/*' })).toMatchObject({ status: 400 });
  const rules = async () => (await it.admin.get(base)).body.rules;
  expect(await rules()).toMatchObject([{ ruleId: rule.ruleId, why: 'autoscaling', expiresAt: null }]);
  const stranger = await it.withKey('approver', ['notes.other.*']);
  expect(
    (await stranger.client.post(`${base}/ignore`, { component: '*', attribute: '*', why: 'x' })).status,
  ).toBe(404);
  expect((await it.admin.request('DELETE', `${base}/ignore/${rule.ruleId}`)).status).toBe(200);
  expect(await rules()).toStrictEqual([]);
});

test('rules over a stack refuse it, or ask for an approval, before anything is planned', async () => {
  const apply = (text: string) =>
    it.admin.post('/api/stacks/notes/apply', {
      files: notesRepository({ 'a/one': { text } }),
      environment: `judged-${text}`,
      autoApprove: true,
    });
  const refused = await apply('forbidden');
  expect(refused).toMatchObject({ status: 403, body: { code: 'policy_denied' } });
  expect(refused.body.detail).toContain('USER-BLOCK at a/one: rule USER-BLOCK');
  const asks = await apply('ask');
  const { body } = await it.admin.get(`/api/stacks/pipelines/${asks.body.pipelineId}`);
  expect(body).toMatchObject({ autoApprove: false, warnings: ['USER-ASK at a/one: rule USER-ASK'] });
});

const compliance = (requirement: object) => ({
  'stacks/notes/infra/compliance.yaml': JSON.stringify({
    apiVersion: 'infra.deployer.io/v1',
    kind: 'Compliance',
    metadata: { name: 'compliance' },
    spec: { requirements: [{ name: 'short', field: 'spec.text', oneOf: ['2'], ...requirement }] },
  }),
});
const found = (id: string, mode: string, severity: string) => ({
  ...{ id, mode, severity, component: 'a/one', field: 'spec.text', line: 1, column: 98 },
  file: 'stacks/notes/services/a/components/one/note.yaml',
  message: 'spec.text is the text "1", but must be one of 2',
});

test.each([
  ['medium', 'warn', true],
  ['high', 'approve', false],
])('a requirement of severity %s that is not met has mode %s', async (severity, mode, isAuto) => {
  const requirement = compliance({ severity });
  const body = { environment: `met-${severity}`, autoApprove: true };
  const { body: accepted } = await it.admin.post('/api/stacks/notes/apply', {
    files: { ...files(), ...requirement },
    ...body,
  });
  const { body: view } = await it.admin.get(`/api/stacks/pipelines/${accepted.pipelineId}`);
  const finding = found('COMPLIANCE-SHORT', mode, severity);
  expect(view).toMatchObject({ autoApprove: isAuto, compliance: [finding] });
  expect(view.compliance[0]).toStrictEqual(finding);
  expect(view.warnings).toContain(
    `${finding.file}:1:98: a/one: ${finding.message} (requirement short, ${severity})`,
  );
});

test('a critical one refuses the request', async () => {
  const answer = await it.admin.post('/api/stacks/notes/apply', {
    files: { ...files(), ...compliance({ severity: 'critical' }) },
    environment: 'unmet',
  });
  expect(answer).toMatchObject({ status: 403, body: { code: 'policy_denied' } });
  expect(answer.body.detail).toContain(
    'COMPLIANCE-SHORT at a/one: spec.text is the text "1", but must be one of 2 (stacks/notes/services/a/components/one/note.yaml:1:98)',
  );
});

test('what meets its requirements has no finding', async () => {
  const { body } = await it.admin.post('/api/stacks/notes/apply', {
    files: { ...files(), ...compliance({ oneOf: ['1'], severity: 'critical' }) },
    environment: 'meets',
  });
  const { body: view } = await it.admin.get(`/api/stacks/pipelines/${body.pipelineId}`);
  expect(view.compliance).toStrictEqual([]);
});
