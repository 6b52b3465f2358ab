import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { endpoints } from '@deployment-engine/contracts';
import { helloCode, startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
before(async () => {
  it = await startTestGateway();
});
after(() => it[Symbol.asyncDispose]());

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
    assert.match(answer.headers.get('content-type') ?? '', /application\/problem\+json/);
    const found = answer.body.errors.find((error: { pointer: string }) => error.pointer === pointer);
    assert.ok(found, `no error at ${pointer}: ${JSON.stringify(answer.body.errors)}`);
    assert.match(found.detail, says);
    assert.equal(typeof answer.body.error, 'string');
  });

test('malformed JSON is refused as such', async () => {
  const answer = await it.client.post('/api/deploy', '{"projectId": "p", ');
  assert.equal(answer.status, 400);
  assert.equal(answer.body.code, 'malformed_json');
});

test('JSON nested too deeply is refused before it is parsed', async () => {
  const answer = await it.client.post(
    '/api/deploy',
    `{"projectId":"p","iacCode":"x","variables":{"a":${'['.repeat(5000)}${']'.repeat(5000)}}}`,
  );
  assert.equal(answer.status, 400);
  assert.match(answer.body.detail, /nested deeper/);
});

test('a body of another media type is refused', async () => {
  const answer = await it.client.post('/api/deploy', 'projectId=p', { 'content-type': 'text/plain' });
  assert.equal(answer.status, 415);
});

test('a body over 16 MB is refused', async () => {
  const answer = await it.client.post('/api/deploy', { projectId: 'p', iacCode: 'x'.repeat(17_000_000) });
  assert.equal(answer.status, 413);
});

test('infrastructure of an unknown project is not_deployed', async () => {
  const answer = await it.client.get('/api/deploy/infrastructure/nobody');
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body, {
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
    assert.equal(answer.status, 404);
    assert.equal(answer.body.code, 'project_not_found');
  });

test('destroying an unknown project is 404', async () => {
  const answer = await it.client.post('/api/deploy/destroy', { projectId: 'nobody' });
  assert.equal(answer.status, 404);
});

test('a revision beyond every number is 404', async () => {
  await it.client.post('/api/deploy', { projectId: 'numbered', iacCode: code });
  const answer = await it.client.post('/api/deploy/rollback', {
    projectId: 'numbered',
    toRevision: 3_000_000_000,
  });
  assert.equal(answer.status, 404);
  assert.equal(answer.body.code, 'revision_not_found');
});

test('a job id of the wrong form is 404 like any that is unknown, with each operation on a job', async () => {
  const ids = ['nonsense', '..%2f..%2fetc', 'deploy-1-none', 'deploy-1704067200000-abc123', 'x'.repeat(5000)];
  const onJobs = Object.values(endpoints).filter(({ path }) => path.includes('{jobId}'));
  assert.ok(onJobs.length > 5);
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
  assert.equal((await it.client.get('/api/deploy/status/%E0%A4%A')).status, 400);
});

test('an unknown route is a problem that names the docs', async () => {
  const answer = await it.client.get('/api/nothing');
  assert.equal(answer.status, 404);
  assert.match(answer.body.detail, /\/api\/docs/);
});

test('a wrong cursor or filter is 400', async () => {
  assert.equal((await it.client.get('/api/deploy/jobs?cursor=%00')).status, 400);
  assert.equal((await it.client.get('/api/deploy/jobs?status=done')).status, 400);
  assert.equal((await it.client.get('/api/deploy/jobs?limit=100000')).status, 400);
  assert.equal((await it.client.get('/api/deploy/projects?cursor=AA')).status, 400); // base64url of NUL
  const beyond = Buffer.from('3000000000').toString('base64url');
  assert.equal((await it.client.get(`/api/deploy/jobs?cursor=${beyond}`)).status, 400);
});

test('validating while no runner answers says so', async () => {
  const answer = await it.client.post('/api/deploy/validate', { iacCode: code });
  assert.equal(answer.status, 503);
  assert.equal(answer.body.code, 'runner_unavailable');
});
