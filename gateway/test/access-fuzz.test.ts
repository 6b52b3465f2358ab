import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { type Endpoint, endpoints } from '@deployment-engine/contracts';
import fc from 'fast-check';
import { type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloCode } from './support.ts';

/** Number of requests; use 100000 for a long run. */
const cases = Number(process.env.FUZZ_CASES ?? 300);
const limitMs = Math.max(120_000, cases * 30);
const agent = new Agent({ keepAlive: true, maxSockets: 8 });
/** Operations that copy or open whole databases; they have their own tests. */
const tried = Object.values<Endpoint>(endpoints).filter(
  ({ operationId }) => !['backup', 'restoreBackup', 'exportAudit', 'verifyAudit'].includes(operationId),
);
let it: GuardedGateway;
let jobId = '';

beforeAll(async () => {
  const nowhere = 'http://127.0.0.1:9';
  it = await startGuardedGateway({
    PRICE_LIST_URLS: `aws=${nowhere},azure=${nowhere},google=${nowhere}`,
    RATE_LIMIT_PER_MINUTE: '1000000',
    AUTH_FAILURES_PER_MINUTE: '1000000',
    LOG_LEVEL: 'error',
  });
  jobId = (await it.admin.post('/api/deploy', { projectId: 'p', iacCode: helloCode })).body.jobId;
});
afterAll(async () => {
  agent.destroy();
  await it?.[Symbol.asyncDispose]();
});

const hostile = fc.constantFrom(
  ...[
    '..%2f..%2fetc',
    '%00',
    'a%00b',
    '%2e%2e',
    '..',
    '.',
    '%',
    '%E0%A4%A',
    '%ff%fe',
    '%0d%0ax:%20y',
    '__proto__',
  ],
  ...[
    'constructor',
    'a'.repeat(5000),
    '-1',
    '0',
    '1e9',
    '99999999999999999999',
    'NaN',
    '[]',
    '%5B%5D',
    '%F0%9F%92%A9',
  ],
  ...['p', 'p;x', 'p%20', "'", '%27--', '*', 'deploy-1704067200000-abc123'],
);
const segment = fc.oneof(
  { weight: 3, arbitrary: hostile },
  { weight: 2, arbitrary: fc.constant('KNOWN') },
  fc.string({ unit: 'grapheme', minLength: 1 }).map((text) => encodeURIComponent(text.toWellFormed())),
);
const search = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    '?limit[]=1',
    '?cursor=a&cursor=b',
    '?projectId[__proto__]=x',
    '?cursor=AAAA',
    '?limit=1e1',
    '?seq=1',
  ),
  fc.constantFrom(
    '?from=2020-01-01T00:00:00Z',
    '?lastEventId[]=1',
    '?from=1&to=1',
    '?%00=%00',
    '?projectId=%00',
  ),
  fc.webQueryParameters().map((text) => `?${text}`),
);
const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 6 }),
  fc.constantFrom(
    null,
    '',
    '\0',
    'a\0b',
    '\ud800',
    -1,
    1e308,
    2 ** 53,
    [],
    {},
    [[]],
    'p',
    helloCode,
    '__proto__',
  ),
);
const fields = [
  ...new Set(tried.flatMap(({ body }) => (body && 'shape' in body ? Object.keys(body.shape as object) : []))),
];
const structured = fc.dictionary(
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...fields) },
    fc.constantFrom('__proto__', 'constructor', ''),
  ),
  value,
  { maxKeys: 6 },
);
const body = fc.oneof(
  structured.map((object) => JSON.stringify({ ...object })),
  structured.map((object) => JSON.stringify({ projectId: 'p', iacCode: helloCode, ...object })),
  value.map((json) => JSON.stringify(json)),
  fc.integer({ min: 1, max: 3000 }).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
  fc.integer({ min: 1, max: 3000 }).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.constant('{"__proto__":{"role":"admin"},"constructor":{"prototype":{"x":1}},"projectId":"p"}'),
  fc.string({ unit: 'binary' }),
);
const headers = fc.record(
  {
    'content-type': fc.constantFrom(
      'application/json',
      'application/json; charset=utf-16',
      'text/plain',
      'x',
    ),
    'idempotency-key': fc.string({ unit: 'grapheme-ascii', maxLength: 250 }),
    'last-event-id': fc.constantFrom('-1', 'x', '1e9', '999999999', '0'),
    'content-encoding': fc.constantFrom('gzip', 'br', 'nonsense'),
    authorization: fc.constantFrom(
      'Bearer',
      'Basic eDp5',
      'Bearer de__',
      `Bearer ${'x'.repeat(4000)}`,
      'Bearer a.b.c',
    ),
  },
  { requiredKeys: [] },
);

type Case = {
  /** Method and path template. */
  operation: string;
  segments: string[];
  search: string;
  body: string;
  headers: Record<string, string>;
};
const anyCase: fc.Arbitrary<Case> = fc.record({
  operation: fc.constantFrom(...tried.map(({ method, path }) => `${method} ${path}`)),
  segments: fc.array(segment, { minLength: 3, maxLength: 3 }),
  search,
  body,
  headers: fc.oneof({ weight: 4, arbitrary: fc.constant({ 'content-type': 'application/json' }) }, headers),
});

function pathOf({ operation, segments }: Case): string {
  let index = 0;
  return operation.split(' ')[1]!.replace(/\{(\w+)\}/g, (_, name) => {
    const given = segments[index++] ?? 'x';
    return given === 'KNOWN' ? (name === 'jobId' ? jobId : name === 'projectId' ? 'p' : '1') : given;
  });
}

/** Sends the path unchanged; `fetch` would normalise it. */
function send(one: Case): Promise<{ status: number; text: string }> {
  const method = one.operation.split(' ')[0] ?? '';
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      agent,
      host: '127.0.0.1',
      port: it.gateway.port,
      path: `${pathOf(one)}${one.search}`,
      method: method.toUpperCase(),
      headers: { authorization: `Bearer ${it.adminKey}`, ...one.headers },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      if (response.headers['content-type']?.includes('event-stream')) {
        response.destroy();
        return resolve({ status, text: '' });
      }
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status, text })).on('error', reject);
    });
    request.end(method === 'get' ? undefined : one.body);
  });
}

test(
  `${cases} hostile requests: none is answered with 500, ends the gateway or spoils an object`,
  async () => {
    const statuses = new Map<number, number>();
    const property = fc.asyncProperty(fc.array(anyCase, { minLength: 10, maxLength: 10 }), async (batch) => {
      const answers = await Promise.all(batch.map(send));
      for (const [index, { status, text }] of answers.entries()) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const one = batch[index];
        assert.notEqual(status, 500, `${one?.operation}: ${text}`);
        assert.ok(status < 500 || [501, 503].includes(status), `${status} ${text}`);
      }
    });
    await fc.assert(property, { numRuns: Math.ceil(cases / 10), endOnFailure: true });
    expect(({} as Record<string, unknown>).role).toBe(undefined);
    expect((await it.admin.get('/healthz')).status).toBe(200);
    expect((await it.admin.get('/api/audit/verify')).body.valid).toBe(true);
    console.log(`answers by status: ${JSON.stringify(Object.fromEntries([...statuses].sort()))}`);
  },
  limitMs,
);
