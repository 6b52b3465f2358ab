import assert from 'node:assert/strict';
import { endpoints } from '@deployment-engine/contracts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it[Symbol.asyncDispose]());

const code = helloCode;
const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`f${index}.tf`, '']));
const cases: [name: string, body: unknown, pointer: string, says: RegExp][] = [
  ['a missing projectId', { iacCode: code }, '/projectId', /missing/],
  ['an empty projectId', { projectId: '', iacCode: code }, '/projectId', /empty|must be/],
  ['a projectId that climbs', { projectId: '../x', iacCode: code }, '/projectId', /must be/],
  ['an encoded climb', { projectId: '..%2f..%2fetc', iacCode: code }, '/projectId', /must be/],
  ['a projectId with NUL', { projectId: 'a\u0000b', iacCode: code }, '/projectId', /must be/],
  ['a projectId that is a list', { projectId: ['a'], iacCode: code }, '/projectId', /not a string/],
  ['a long projectId', { projectId: 'a'.repeat(65), iacCode: code }, '/projectId', /64/],
  ['neither iacCode nor files', { projectId: 'p' }, '/iacCode', /missing/],
  ['both iacCode and files', { projectId: 'p', iacCode: code, files: { 'a.tf': code } }, '/files', /both/],
  ['an empty iacCode', { projectId: 'p', iacCode: ' \n' }, '/iacCode', /empty/],
  ['iacCode that is a number', { projectId: 'p', iacCode: 5 }, '/iacCode', /not a string/],
  ['empty files', { projectId: 'p', files: {} }, '/files', /empty/],
  ['files without Terraform', { projectId: 'p', files: { 'a.txt': '' } }, '/files', /no file ends in \.tf/],
  ['an absolute path', { projectId: 'p', files: { '/etc/a.tf': '' } }, '/files/~1etc~1a.tf', /absolute/],
  ['a climbing path', { projectId: 'p', files: { 'a/../../b.tf': '' } }, '/files/a~1..~1..~1b.tf', /leaves/],
  [
    'a hidden file',
    { projectId: 'p', files: { '.terraform/x.tf': '' } },
    '/files/.terraform~1x.tf',
    /hidden/,
  ],
  ['a state file', { projectId: 'p', files: { 'a.tf': '', 'x.tfstate': '' } }, '/files/x.tfstate', /state/],
  [
    'a plug-in folder',
    { projectId: 'p', files: { 'terraform.d/a.tf': '' } },
    '/files/terraform.d~1a.tf',
    /reserved/,
  ],
  ['501 files', { projectId: 'p', files: many }, '/files', /at most 500/],
  [
    'more than 5 MB of files',
    { projectId: 'p', files: { 'a.tf': 'x'.repeat(5_300_000) } },
    '/files',
    /bytes/,
  ],
  ['more than 5 MB of iacCode', { projectId: 'p', iacCode: 'x'.repeat(5_300_000) }, '/iacCode', /bytes/],
  ['an unknown field', { projectId: 'p', iacCode: code, autoaprove: true }, '/autoaprove', /not a field/],
  [
    'a bad variable name',
    { projectId: 'p', iacCode: code, variables: { '1 x': 1 } },
    '/variables/1 x',
    /variable name/,
  ],
  ['a body that is a list', [], '', /expected object/],
];

for (const [name, body, pointer, says] of cases)
  test(`${name} is refused with a pointer to the field`, async () => {
    const answer = await it.client.post('/api/deploy', body);
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    expect(answer.headers.get('content-type') ?? '').toMatch(/application\/problem\+json/);
    const found = answer.body.errors.find((error: { pointer: string }) => error.pointer === pointer);
    assert.ok(found, `no error at ${pointer}: ${JSON.stringify(answer.body.errors)}`);
    expect(found.detail).toMatch(says);
    expect(typeof answer.body.error).toBe('string');
  });

test('malformed JSON is refused as such', async () => {
  const answer = await it.client.post('/api/deploy', '{"projectId": "p", ');
  expect(answer.status).toBe(400);
  expect(answer.body.code).toBe('malformed_json');
});

test('JSON nested too deeply is refused before it is parsed', async () => {
  const answer = await it.client.post(
    '/api/deploy',
    `{"projectId":"p","iacCode":"x","variables":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
  );
  expect(answer.status).toBe(400);
  expect(answer.body.detail).toMatch(/nested deeper/);
});

test('a body of another media type is refused', async () => {
  const answer = await it.client.post('/api/deploy', 'projectId=p', { 'content-type': 'text/plain' });
  expect(answer.status).toBe(415);
});

test('a body over 16 MB is refused', async () => {
  const answer = await it.client.post('/api/deploy', { projectId: 'p', iacCode: 'x'.repeat(17_000_000) });
  expect(answer.status).toBe(413);
});

test('infrastructure of an unknown project is not_deployed', async () => {
  const answer = await it.client.get('/api/deploy/infrastructure/nobody');
  expect(answer.status).toBe(200);
  expect(answer.body).toStrictEqual({
    projectId: 'nobody',
    deploymentStatus: 'not_deployed',
    deploymentJobId: null,
    deploymentOutputs: {},
    terraformState: null,
    stateUncertain: null,
    destroyAt: null,
    lastUpdated: null,
  });
});

for (const path of ['validate', 'costs', 'outputs', 'state', 'history'])
  test(`${path} of an unknown project is 404`, async () => {
    const answer = await it.client.get(`/api/deploy/${path}/nobody`);
    expect(answer.status).toBe(404);
    expect(answer.body.code).toBe('project_not_found');
  });

test('destroying an unknown project is 404', async () => {
  const answer = await it.client.post('/api/deploy/destroy', { projectId: 'nobody' });
  expect(answer.status).toBe(404);
});

test('a revision number beyond PostgreSQL’s integers is 404', async () => {
  await it.client.post('/api/deploy', { projectId: 'numbered', iacCode: code });
  const answer = await it.client.post('/api/deploy/rollback', {
    projectId: 'numbered',
    toRevision: 3_000_000_000,
  });
  expect(answer.status).toBe(404);
  expect(answer.body.code).toBe('revision_not_found');
});

test('every operation on a job answers 404 to a job id of invalid form, as to an unknown one', async () => {
  const ids = ['nonsense', '..%2f..%2fetc', 'deploy-1-none', 'deploy-1704067200000-abc123', 'x'.repeat(5000)];
  const onJobs = Object.values(endpoints).filter(({ path }) => path.includes('{jobId}'));
  expect(onJobs.length).toBeGreaterThan(5);
  for (const { method, path, operationId } of onJobs)
    for (const id of ids) {
      const body = method === 'post' ? { planDigest: 'a'.repeat(64) } : undefined;
      const fits = operationId === 'approveJob' ? body : body && {};
      const answer = await it.client.request(method.toUpperCase(), path.replace('{jobId}', id), fits);
      assert.deepEqual(
        [answer.status, answer.body.code],
        [404, 'job_not_found'],
        `${operationId} ${id.slice(0, 40)} ${JSON.stringify(answer.body).slice(0, 300)}`,
      );
    }
});

test('a path that is not valid percent-encoding is 400', async () => {
  expect((await it.client.get('/api/deploy/status/%E0%A4%A')).status).toBe(400);
});

test('an unknown route is a problem that names the docs', async () => {
  const answer = await it.client.get('/api/nothing');
  expect(answer.status).toBe(404);
  expect(answer.body.detail).toMatch(/\/api\/docs/);
});

test('a wrong cursor or filter is 400', async () => {
  expect((await it.client.get('/api/deploy/jobs?cursor=%00')).status).toBe(400);
  expect((await it.client.get('/api/deploy/jobs?status=done')).status).toBe(400);
  expect((await it.client.get('/api/deploy/jobs?limit=100000')).status).toBe(400);
  expect((await it.client.get('/api/deploy/projects?cursor=AA')).status).toBe(400); // base64url of NUL
  const beyond = Buffer.from('3000000000').toString('base64url');
  expect((await it.client.get(`/api/deploy/jobs?cursor=${beyond}`)).status).toBe(400);
});

test('a validation while no runner answers is refused with that reason', async () => {
  const answer = await it.client.post('/api/deploy/validate', { iacCode: code });
  expect(answer.status).toBe(503);
  expect(answer.body.code).toBe('runner_unavailable');
});
