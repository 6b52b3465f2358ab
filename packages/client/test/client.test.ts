import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { endpoints, type Problem } from '@deployment-engine/contracts';
import { ApiError, createClient, UnreachableError } from '../src/index.ts';
import { closedUrl, cut, sendJson, serve } from './server.ts';

const accepted = { jobId: 'deploy-1704067200000-abc123', status: 'accepted', message: 'started' };
const jobId = accepted.jobId;
let refusedUrl = '';

beforeAll(async () => {
  refusedUrl = await closedUrl();
});

/** Returns the error of a call that must fail. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (answer) => assert.fail(`it answered ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
}

test('there is one method for each operation', () => {
  expect(Object.keys(createClient({ url: refusedUrl })).sort()).toStrictEqual(Object.keys(endpoints).sort());
});

test('a call sends method, path, query, body and headers as the operation says', async () => {
  await using server = await serve((response, { url }) =>
    url.includes('/history/')
      ? sendJson(response, { projectId: 'p', revisions: [], nextCursor: null })
      : sendJson(response, accepted, 202),
  );
  const client = createClient({ url: `${server.url}/below/`, token: 'a-key' });
  const body = { projectId: 'p', iacCode: 'x', autoApprove: false };
  expect(await client.deploy({ body, idempotencyKey: 'once' })).toStrictEqual(accepted);
  await client.history({ params: { projectId: 'a/b ?' }, query: { limit: 3, cursor: undefined } });
  await client.cancelJob({ params: { jobId } }).catch(() => undefined);
  const [deploy, history, cancel] = server.received;
  assert(deploy && history && cancel);
  expect([deploy.method, deploy.url, JSON.parse(deploy.body.toString())]).toStrictEqual([
    'POST',
    '/below/api/deploy',
    body,
  ]);
  expect(deploy.headers).toMatchObject({
    authorization: 'Bearer a-key',
    'content-type': 'application/json',
    'idempotency-key': 'once',
  });
  expect([history.method, history.url]).toStrictEqual([
    'GET',
    '/below/api/deploy/history/a%2Fb%20%3F?limit=3',
  ]);
  expect([cancel.body.length, cancel.headers['content-type']]).toStrictEqual([0, undefined]);
});

test('a body that is not JSON is sent as it is, under its type', async () => {
  await using server = await serve((response) => sendJson(response, { message: 'm', bytes: 3 }));
  const client = createClient({ url: server.url });
  await client.restoreBackup({ body: new Uint8Array([1, 0, 255]) });
  expect(server.received[0]?.headers['content-type']).toBe('application/gzip');
  expect([...(server.received[0]?.body ?? [])]).toStrictEqual([1, 0, 255]);
});

test('wrong input does not compile, and a missing parameter is an error before anything is sent', async () => {
  const client = createClient({ url: refusedUrl });
  // @ts-expect-error a project is missing
  await errorOf(client.deploy({ body: { iacCode: 'x' } }));
  // @ts-expect-error another parameter
  const missing = await errorOf(client.status({ params: { job: jobId } }));
  expect(String(missing)).toMatch(/calling getJobStatus: the parameter jobId is missing/);
  // @ts-expect-error a number, not a text
  await errorOf(client.history({ params: { projectId: 'p' }, query: { limit: '3' } }));
  expect(await errorOf(client.status({ params: { jobId: '' } }))).toBeInstanceOf(TypeError);
});

test('a problem is an ApiError with all that the engine says', async () => {
  const problem: Problem = {
    type: 'urn:x',
    title: 'The request is not valid',
    status: 400,
    code: 'invalid_request',
    detail: 'the request is not valid',
    error: 'the request is not valid: /projectId is empty',
    requestId: 'r-1',
    errors: [{ pointer: '/projectId', detail: 'is empty' }],
  };
  await using server = await serve((response) =>
    sendJson(response, problem, 400, 'application/problem+json'),
  );
  const error = await errorOf(createClient({ url: server.url }).projects({ query: { limit: 1 } }));
  assert(error instanceof ApiError);
  expect({ ...error }).toMatchObject({
    status: 400,
    code: 'invalid_request',
    title: 'The request is not valid',
    detail: 'the request is not valid',
    fields: [{ pointer: '/projectId', detail: 'is empty' }],
    requestId: 'r-1',
  });
  expect(error.message).toBe('GET /api/deploy/projects: the request is not valid: /projectId is empty');
  expect(error.operation).toBe('GET /api/deploy/projects');
});

test.each<[name: string, body: string, facts: Partial<ApiError>]>([
  [
    'a code of a newer engine',
    '{"code":"new_code","title":"T","detail":"D","error":"E"}',
    { code: null, title: 'T', detail: 'D' },
  ],
  ['a page of a proxy', '<html>', { code: null, detail: 'the engine answered 502', requestId: 'r-9' }],
  ['no body', '', { code: null, title: 'Bad Gateway' }],
  ['a list', '[1]', { code: null, fields: [] }],
])('%s is an ApiError too', async (_name, body, facts) => {
  await using server = await serve(
    (response) => void response.writeHead(502, { 'x-request-id': 'r-9' }).end(body),
  );
  const error = await errorOf(createClient({ url: server.url }).projects());
  assert(error instanceof ApiError);
  expect({ ...error }).toMatchObject({ status: 502, ...facts });
});

test.each([
  ['not JSON', 'hello', /reading the answer: it is not JSON; the engine may have another version/],
  ['JSON that ends early', '{"projects": [', /it is not JSON/],
  ['another form', '{"projects": 1, "nextCursor": null}', /projects: .*expected array/],
])('a success that is %s is an ApiError', async (_name, body, says) => {
  await using server = await serve((response) => void response.end(body));
  const error = await errorOf(createClient({ url: server.url }).projects());
  assert(error instanceof ApiError);
  expect([error.status, error.code]).toStrictEqual([200, null]);
  expect(error.message).toMatch(says);
});

test('defaults of the schema are filled in, and unknown fields left out', async () => {
  await using server = await serve((response) =>
    sendJson(response, { projects: [], nextCursor: null, more: 1 }),
  );
  expect(await createClient({ url: server.url }).projects()).toStrictEqual({
    projects: [],
    nextCursor: null,
  });
});

test('an engine that does not answer, or stops in the middle, is unreachable', async () => {
  const nobody = await errorOf(createClient({ url: refusedUrl }).projects());
  assert(nobody instanceof UnreachableError);
  expect([nobody.url, nobody.message]).toStrictEqual([
    refusedUrl,
    expect.stringMatching(/no engine answers at http:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\)/),
  ]);
  await using server = await serve((response) => cut(response, '{"projects": ['));
  expect(await errorOf(createClient({ url: server.url }).projects())).toBeInstanceOf(UnreachableError);
});

test('a slow answer is waited for, up to the limit', async () => {
  let finish = () => {};
  await using server = await serve((response) => {
    response.write('{"projects": [], ');
    finish = () => response.end('"nextCursor": null}');
  });
  const limited = await errorOf(createClient({ url: server.url, timeoutMs: 50 }).projects());
  assert(limited instanceof UnreachableError);
  expect(limited.message).toMatch(/no answer within 50 ms/);
  const patient = createClient({ url: server.url, timeoutMs: 60_000 }).projects();
  while (server.received.length < 2) await new Promise(setImmediate);
  finish();
  expect(await patient).toMatchObject({ projects: [] });
});

test("an aborted call throws the signal's reason, and the engine sees it end", async () => {
  const controller = new AbortController();
  const reason = new Error('no longer wanted');
  let closed: Promise<unknown> | undefined;
  await using server = await serve((response) => {
    closed = once(response, 'close');
    controller.abort(reason);
  });
  expect(await errorOf(createClient({ url: server.url }).projects({}, { signal: controller.signal }))).toBe(
    reason,
  );
  await closed;
});

test('a text and an archive are streams, read while they come', async () => {
  let answer: ServerResponse | undefined;
  await using server = await serve((response, { count }) => {
    if (count > 1)
      return void response.writeHead(200, { 'content-type': 'application/gzip' }).end(Buffer.from([0, 255]));
    answer = response;
    response.writeHead(200, { 'content-type': 'text/plain' }).write('first');
  });
  const client = createClient({ url: server.url });
  const log = await client.jobLogs({ params: { jobId } });
  const reader = log.body.pipeThrough(new TextDecoderStream()).getReader();
  expect([log.type, (await reader.read()).value]).toStrictEqual(['text/plain', 'first']);
  answer?.end('second');
  expect([(await reader.read()).value, (await reader.read()).done]).toStrictEqual(['second', true]);
  expect([...(await (await client.backup()).bytes())]).toStrictEqual([0, 255]);
});

test('a stream that is cut, refused or aborted throws', async () => {
  await using server = await serve((response, { count }) => {
    if (count === 1) return cut(response, 'first');
    if (count === 2) return sendJson(response, { code: 'job_not_found', detail: 'no job' }, 404);
    response.write('first');
  });
  const client = createClient({ url: server.url });
  const first = await client.jobLogs({ params: { jobId } });
  expect(await errorOf(first.text())).toBeInstanceOf(UnreachableError);
  expect(await errorOf(client.jobLogs({ params: { jobId } }))).toMatchObject({ code: 'job_not_found' });
  const controller = new AbortController();
  const last = await client.jobLogs({ params: { jobId } }, { signal: controller.signal });
  controller.abort(new Error('enough'));
  expect(await errorOf(last.text())).toMatchObject({ message: 'enough' });
});
