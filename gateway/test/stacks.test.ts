import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readTree } from '../../testing/repository.ts';
import { startTestGateway, type TestGateway } from './support.ts';

const repository = (name: string) =>
  Object.fromEntries(readTree(join(import.meta.dirname, '../../testing/stacks', name)));
const seed = repository('repo-seed');
const open = repository('repo-open');
const variables = { VERSION: 'v1.0.0' };
const inSeed = 'stacks/user-platform/services/notification-service/components';
const at = (problems: { file: string; line: number; column: number; code: string }[]) =>
  problems.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it[Symbol.asyncDispose]());

async function ask(operation: string, body: object, stack = 'user-platform') {
  const answer = await it.client.post(`/api/stacks/${stack}/${operation}`, body);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
}
const validate = (body: object, stack?: string) => ask('validate', body, stack);

test('the first example is valid; the answer has its components, waves and graph', async () => {
  const answer = await validate({ files: seed, environment: 'development', variables });
  expect(answer).toMatchObject({
    stack: 'user-platform',
    environment: 'development',
    valid: true,
    errors: [],
    message: 'stack user-platform is valid in development: 2 components in 2 waves',
    waves: [['notification-service/database'], ['notification-service/api']],
    graph: { nodes: ['notification-service/api', 'notification-service/database'] },
  });
  expect(answer.components[1]).toMatchObject({
    id: 'notification-service/api',
    service: 'notification-service',
    name: 'api',
    kind: 'MicroService',
    region: 'us-east-1',
    wave: 2,
    dependsOn: ['notification-service/database'],
    projectId: 'user-platform.development.notification-service.api',
    labels: { team: 'notifications' },
  });
  expect(answer.graph.edges).toContainEqual({
    component: 'notification-service/api',
    dependsOn: 'notification-service/database',
    by: 'valueFrom',
  });
  expect(answer.drawing).toBeUndefined();
});

test.each(['development', 'staging', 'production'])(
  'the second example is valid in %s',
  async (environment) => {
    const expected = JSON.parse(open['expected.json'] ?? '').environments[environment];
    const answer = await validate({ files: open, environment, variables });
    expect([answer.valid, answer.errors, answer.warnings]).toStrictEqual([true, [], []]);
    expect(answer.waves).toStrictEqual(expected.waves);
    expect(answer.graph.edges).toStrictEqual(expected.edges);
    for (const { id, kind, region, projectId } of answer.components)
      expect(expected.components[id]).toMatchObject({ kind, region, projectId });
    expect(answer.foundation?.projectId).toBe(`user-platform.${environment}._stack._foundation`);
  },
);

test('all errors come at once, each with its place, and no components', async () => {
  const files = {
    ...seed,
    [`${inSeed}/api/infra.yaml`]: (seed[`${inSeed}/api/infra.yaml`] ?? '').replace('replicas:', 'replica:'),
    [`${inSeed}/database/rds.yaml`]: (seed[`${inSeed}/database/rds.yaml`] ?? '').replace(
      'kind: RDS',
      'kind: RSD',
    ),
  };
  const answer = await validate({ files, environment: 'development', variables });
  expect(answer.valid).toBe(false);
  expect(at(answer.errors)).toStrictEqual([
    `${inSeed}/api/infra.yaml:15:5 unknown_field`,
    `${inSeed}/database/rds.yaml:2:7 unknown_kind`,
  ]);
  expect(answer.message).toBe('stack user-platform is not valid in development: 2 errors');
  expect([answer.components, answer.waves, answer.graph, answer.foundation]).toStrictEqual([
    null,
    null,
    null,
    null,
  ]);
});

test('without an environment all of them are checked', async () => {
  const file = 'stacks/user-platform/environments/production/infra/defaults.yaml';
  const files = { ...open, [file]: 'kind: [' };
  const everywhere = await validate({ files, variables });
  expect(everywhere).toMatchObject({ valid: false, environment: null, components: null });
  expect(everywhere.errors.map((error: { file: string }) => error.file)).toContain(file);
  expect(await validate({ files, environment: 'development', variables })).toMatchObject({ valid: true });
});

test('a service can be validated apart from the others', async () => {
  const file = 'stacks/user-platform/services/auth-service/service.yaml';
  const broken = { ...open, [file]: `${open[file]}\nfoo: [` };
  const users = { environment: 'development', service: 'user-service', variables };
  expect(await validate({ files: broken, ...users })).toMatchObject({
    valid: true,
    errors: [],
    components: null,
  });
  const auth = await validate({
    files: broken,
    environment: 'development',
    service: 'auth-service',
    variables,
  });
  expect(auth).toMatchObject({ valid: false });
  const { components, waves, graph } = await validate({ files: open, ...users });
  const ids = components.map(({ id }: { id: string }) => id);
  expect(ids.every((id: string) => id.startsWith('user-service/'))).toBe(true);
  expect(waves.flat().toSorted()).toStrictEqual(graph.nodes);
  expect(ids.toSorted()).toStrictEqual(graph.nodes);
});

test('a stack, environment or service that does not exist is an error with a suggestion', async () => {
  const missing = await validate({ files: open, environment: 'development' }, 'user-platfrom');
  expect(missing.errors[0]).toMatchObject({ code: 'missing_stack', line: 1, column: 1 });
  expect(missing.errors[0].message).toMatch(/did you mean user-platform/);
  const unknown = await validate({ files: open, environment: 'developmnt', variables });
  expect(unknown.errors[0]).toMatchObject({ code: 'unknown_environment' });
  const service = await validate({ files: open, service: 'user-servce', variables });
  expect(service.errors[0]).toMatchObject({ code: 'unknown_service' });
  expect(service.errors[0].message).toMatch(/did you mean user-service/);
});

test('an environment may be a folder without files', async () => {
  const body = { files: seed, environment: 'staging', variables };
  const folder = 'stacks/user-platform/environments';
  const only = { ...body, folders: [`${folder}/production`] };
  expect((await validate(only)).errors[0]).toMatchObject({ code: 'unknown_environment' });
  const both = await validate({ ...only, folders: [`${folder}/production`, `${folder}/staging`] });
  expect([both.valid, at(both.warnings)]).toStrictEqual([
    true,
    [`${inSeed}/api/microservice.yaml:2:7 no_network`, `${inSeed}/database/rds.yaml:2:7 no_network`],
  ]);
});

test('files may come as base64; those that are not text are not read', async () => {
  const base64 = (text: string) => ({ base64: Buffer.from(text).toString('base64') });
  const files: Record<string, unknown> = Object.fromEntries(
    Object.entries(seed).map(([path, text]) => [path, base64(text)]),
  );
  files[`${inSeed}/api/configs/logo.png`] = { base64: Buffer.from([0, 255, 1]).toString('base64') };
  expect(await validate({ files, environment: 'development', variables })).toMatchObject({ valid: true });
});

test.each([
  ['text', /^Wave 1\n {2}notification-service\/database \(RDS\)\nWave 2\n/],
  ['mermaid', /^flowchart LR\n {2}subgraph wave1/],
  ['dot', /^digraph stack \{\n/],
  ['json', /^\{\n {2}"nodes": \[/],
])('the graph is drawn as %s', async (format, begins) => {
  const answer = await ask('graph', { files: seed, environment: 'development', variables, format });
  expect(answer).toMatchObject({ valid: true, errors: [], environment: 'development', format });
  expect(answer.drawing).toMatch(begins);
});

test('the graph of a stack that is not valid is null, with the errors; text is the default format', async () => {
  const answer = await ask('graph', { files: { 'a.yaml': '' }, environment: 'development' });
  expect(answer).toMatchObject({
    valid: false,
    drawing: null,
    format: 'text',
    errors: [{ code: 'missing_stack' }],
  });
});

test('kinds are listed without the foundation, and one is found by its name or alias', async () => {
  const { body } = await it.client.get('/api/stacks/kinds');
  expect(body.kinds).toHaveLength(23);
  expect(body.kinds.find(({ name }: { name: string }) => name === 'RDS')).toMatchObject({
    group: 'database',
    stateful: true,
    usualMinutes: 10,
    outputs: expect.arrayContaining(['endpoint', 'port']),
  });
  const kind = (name: string) => it.client.get(`/api/stacks/kinds/${name}`);
  const sqs = (await kind('SQS')).body;
  expect(sqs.schema.properties.type.default).toBe('standard');
  expect(Object.keys(sqs.infraSchema.properties).sort()).toStrictEqual(['logRetentionDays', 'protect']);
  expect((await kind('MemoryDB')).body.name).toBe('AWSMemoryDB');
  for (const name of ['Foundation', 'Nothing', '__proto__'])
    expect(await kind(name)).toMatchObject({ status: 404, body: { code: 'kind_not_found' } });
});
