import { notesRepository, notesStackFile } from '../../testing/stacks/notes.ts';
import { emptyContent, pipelinePlace, sealJson } from '../src/pipelines/contents.ts';
import { destroyDueEnvironments } from '../src/pipelines/work/expiry.ts';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { endAs } from './deployed-pipeline.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

const query = () => it.gateway.context.database.query;
const files = (spec: object = {}) => notesRepository({ 'a/one': { text: '1' } }, notesStackFile(spec));

test('an environment with a pipeline at work is not destroyed before that has ended', async () => {
  const { body } = await it.admin.post('/api/stacks/notes/apply', { files: files(), environment: 'busy' });
  const row = { stack: 'notes', environment: 'busy', created_by: 'engine', blast_radius: null };
  await query()
    .insertInto('stack_environments')
    .values({ ...row, destroy_at: new Date(0) })
    .execute();
  const destroys = async () => {
    await destroyDueEnvironments(it.gateway.context);
    const { body: history } = await it.admin.get('/api/stacks/notes/environments/busy/history');
    return history.pipelines.filter(({ type }: { type: string }) => type === 'destroy').length;
  };
  expect(await destroys()).toBe(0);
  await endAs(it.gateway.context, body.pipelineId);
  expect(await destroys()).toBe(1);
});

test('who may touch a part of a stack sees no other part, and neither unlocks it nor removes its rules', async () => {
  const two = notesRepository({ 'a/one': { text: '1' }, 'b/two': { text: '2' } }, notesStackFile({}));
  const apply = async (more: object) => {
    const request = { files: two, environment: 'parts', ...more };
    return (await it.admin.post('/api/stacks/notes/apply', request)).body.pipelineId as string;
  };
  await endAs(it.gateway.context, await apply({}));
  await endAs(it.gateway.context, await apply({ service: 'b', variables: { VERSION: 'theirs' } }));
  const base = '/api/stacks/notes/environments/parts';
  const mine = await it.withKey('admin', ['notes.parts.a.*']);
  const { body: document } = await mine.client.get(`${base}/state`);
  expect(document.deployment_history).toMatchObject([{ resources_changed: ['a/one'], version: null }]);
  const held = await apply({});
  const unlock = { pipelineId: held, force: true };
  expect((await mine.client.post(`${base}/unlock`, unlock)).body.code).toBe('forbidden');
  const rule = { component: 'b/*', attribute: '*', why: 'autoscaling' };
  const { body: added } = await it.admin.post(`${base}/drift/ignore`, rule);
  const removed = await mine.client.request('DELETE', `${base}/drift/ignore/${added.ruleId}`);
  expect(removed.body.code).toBe('forbidden');
  expect((await it.admin.post(`${base}/unlock`, unlock)).status).toBe(200);
});

test('nothing that a pipeline says about other components is told to who may touch a part', async () => {
  const two = notesRepository({ 'a/one': { text: '1' }, 'b/two': { text: '2' } }, notesStackFile({}));
  const request = { files: two, environment: 'told', autoApprove: false };
  const id = (await it.admin.post('/api/stacks/notes/apply', request)).body.pipelineId;
  await endAs(it.gateway.context, id);
  const finding = (component: string) => ({
    ...{ id: 'COMPLIANCE-X', severity: 'high', mode: 'warn', component, field: 'spec.text' },
    ...{ message: `of ${component}`, file: 'x.yaml', line: 1, column: 1 },
  });
  const content = {
    ...emptyContent,
    warnings: ['a/one: mine', 'b/two: theirs', 'of the stack'],
    compliance: [finding('a/one'), finding('b/two')],
  };
  await query()
    .updateTable('pipelines')
    .set({
      content: sealJson(it.gateway.context.encryption, content, pipelinePlace(id)),
      waiting_reason: 'b/two: replaces its database',
      error: 'b/two has failed',
    })
    .where('id', '=', id)
    .execute();
  const mine = await it.withKey('viewer', ['notes.told.a.*']);
  const read = async (client: typeof it.admin) => (await client.get(`/api/stacks/pipelines/${id}`)).body;
  const part = await read(mine.client);
  expect(part.warnings).toStrictEqual(['a/one: mine', 'of the stack']);
  expect(part.compliance).toHaveLength(1);
  expect(JSON.stringify(part)).not.toContain('b/two');
  const { body: listed } = await mine.client.get('/api/stacks/pipelines?stack=notes&environment=told');
  expect(listed.pipelines).toHaveLength(1);
  expect(JSON.stringify(listed)).not.toContain('b/two');
  expect(await read(it.admin)).toMatchObject({
    warnings: content.warnings,
    waitingReason: 'b/two: replaces its database',
    error: 'b/two has failed',
  });
});

test('an environment that spec.approval names needs an approval, unless it says that it does not', async () => {
  const environments = { named: { approvers: ['lead'] }, free: { required: false } };
  const isAuto = async (environment: string) => {
    const request = { files: files({ approval: { environments } }), environment, autoApprove: true };
    const { body } = await it.admin.post('/api/stacks/notes/apply', request);
    return (await it.admin.get(`/api/stacks/pipelines/${body.pipelineId}`)).body.autoApprove;
  };
  expect(await isAuto('named')).toBe(false);
  expect(await isAuto('free')).toBe(true);
  expect(await isAuto('constructor')).toBe(true);
});

test('a promotion copies only what the caller may see', async () => {
  const request = { files: files(), environment: 'hidden', variables: { WORD: 'theirs' } };
  const { body } = await it.admin.post('/api/stacks/notes/apply', request);
  await endAs(it.gateway.context, body.pipelineId);
  const other = await it.withKey('deployer', ['notes.other.*']);
  const promotion = { from: 'hidden', to: 'other' };
  const refused = await other.client.post('/api/stacks/notes/promote', promotion);
  expect(refused).toMatchObject({ status: 404, body: { code: 'stack_not_found' } });
  const both = await it.withKey('deployer', ['notes.other.*', 'notes.hidden.*']);
  expect((await both.client.post('/api/stacks/notes/promote', promotion)).status).toBe(202);
});

test('the audit log says from where a stack was promoted, and that an environment was skipped', async () => {
  const promotion = ['development', 'staging', 'production'];
  const request = { files: files({ promotion }), environment: 'development' };
  const { body } = await it.admin.post('/api/stacks/notes/apply', request);
  await endAs(it.gateway.context, body.pipelineId);
  const skips = { from: 'development', to: 'production', override: true };
  expect((await it.admin.post('/api/stacks/notes/promote', skips)).status).toBe(202);
  const entries = await query().selectFrom('audit_entries').select('entry').execute();
  const promotions = entries
    .map(({ entry }) => JSON.parse(entry))
    .filter(({ action }) => action === 'promoteStack');
  expect(promotions.at(-1)).toMatchObject({
    detail: { environment: 'production', from: 'development', override: true },
  });
});
