import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { blastRadiusSchema } from '@deployment-engine/contracts';
import { bearer, type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloCode } from './support.ts';

let it: GuardedGateway;
beforeAll(async () => {
  it = await startGuardedGateway({ AUTH_FAILURES_PER_MINUTE: '1000' });
});
afterAll(() => it?.[Symbol.asyncDispose]());

const statusOf = async (key: string) => (await bearer(it.url, key).get('/api/deploy/projects')).status;
const rows = () => it.gateway.context.database.query;

test('a key has 256 random bits, and only their SHA-256 is stored', async () => {
  const { id, key } = await it.withKey('viewer', ['*']);
  expect(key).toMatch(/^de_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$/);
  const row = await rows().selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  expect(row.secret_sha256).toBe(
    createHash('sha256').update(key.split('_').slice(2).join('_')).digest('hex'),
  );
  expect(JSON.stringify(row)).not.toContain(key.slice(20));
  const { body } = await it.admin.get('/api/keys');
  assert.ok(!JSON.stringify(body).includes(key.slice(20)), 'a key is not shown a second time');
});

test('a wrong, truncated, revoked or expired key is refused with the same message', async () => {
  const made = await it.withKey('viewer', ['*']);
  const other = await it.withKey('viewer', ['*']);
  expect(await statusOf(made.key)).toBe(200);
  const tries = [
    made.key.slice(0, -1),
    `${made.key}A`,
    `${made.key.slice(0, 20)}${other.key.slice(20)}`,
    `de_${'0'.repeat(16)}_${made.key.slice(20)}`,
    made.key.toUpperCase(),
    'de_',
  ];
  for (const key of tries) assert.equal(await statusOf(key), 401, key);
  const wrong = (await bearer(it.url, tries[2] ?? '').get('/api/keys')).body.detail;
  await it.admin.request('DELETE', `/api/keys/${made.id}`);
  const revoked = await made.client.get('/api/keys');
  expect([revoked.status, revoked.body.detail]).toStrictEqual([401, wrong]);
  await rows()
    .updateTable('api_keys')
    .set({ expires_at: new Date(Date.now() - 1) })
    .where('id', '=', other.id)
    .execute();
  it.gateway.context.access.forgetKey(other.id);
  const expired = await other.client.get('/api/keys');
  expect([expired.status, expired.body.detail]).toStrictEqual([401, wrong]);
});

test('a stream of events ends when its key is revoked', async () => {
  const { id, key } = await it.withKey('deployer', ['*']);
  const { body } = await it.admin.post('/api/deploy', { projectId: 'streamed', iacCode: helloCode });
  const stream = await fetch(`${it.url}/api/deploy/jobs/${body.jobId}/events`, {
    headers: { authorization: `Bearer ${key}` },
  });
  await it.admin.request('DELETE', `/api/keys/${id}`);
  expect(await stream.text()).toMatch(/^retry/); // ends with the next heartbeat
});

test('the last use of a key is stored', async () => {
  const made = await it.withKey('viewer', ['*']);
  await made.client.get('/api/deploy/projects');
  await made.client.get('/api/deploy/projects');
  const { keys } = (await it.admin.get('/api/keys')).body;
  assert.ok(keys.find((key: { id: string }) => key.id === made.id).lastUsedAt);
});

test('an admin of some projects creates, sees and revokes keys of those projects only', async () => {
  const scoped = await it.withKey('admin', ['team-*'], {
    blastRadius: { maxDeletions: 2, resourceTypes: ['aws_s3_*'] },
  });
  const within = {
    name: 'ci',
    role: 'deployer',
    projects: ['team-a', 'team-b*'],
    blastRadius: { maxDeletions: 1, resourceTypes: ['aws_s3_bucket'] },
  };
  const made = await scoped.client.post('/api/keys', within);
  assert.equal(made.status, 201, JSON.stringify(made.body));
  expect(made.body.createdBy).toBe(`key:${scoped.id}`);
  const beyond: object[] = [
    { projects: ['*'] },
    { projects: ['team-a', 'x'] },
    { projects: ['*-a'] },
    { blastRadius: null },
    { blastRadius: { maxDeletions: 3, resourceTypes: ['aws_s3_bucket'] } },
    { blastRadius: { resourceTypes: ['aws_s3_bucket'] } },
    { blastRadius: { maxDeletions: 1, resourceTypes: ['aws_*'] } },
  ];
  for (const more of beyond) {
    const answer = await scoped.client.post('/api/keys', { ...within, ...more });
    assert.deepEqual([answer.status, answer.body.code], [403, 'forbidden'], JSON.stringify(more));
  }
  const seen = (await scoped.client.get('/api/keys')).body.keys.map((key: { id: string }) => key.id);
  expect(new Set(seen)).toStrictEqual(new Set([made.body.id, scoped.id]));
  const foreign = await it.withKey('viewer', ['other']);
  expect((await scoped.client.request('DELETE', `/api/keys/${foreign.id}`)).status).toBe(404);
  expect(await statusOf(foreign.key)).toBe(200);
  expect((await scoped.client.request('DELETE', `/api/keys/${made.body.id}`)).status).toBe(200);
});

test('a job stores who requested it, with the limits of the key', async () => {
  const blastRadius = blastRadiusSchema.parse({ maxDeletions: 0 });
  const { id, client } = await it.withKey('deployer', ['limited'], { blastRadius });
  const { body } = await client.post('/api/deploy', { projectId: 'limited', iacCode: helloCode });
  const row = await rows()
    .selectFrom('jobs')
    .selectAll()
    .where('id', '=', body.jobId)
    .executeTakeFirstOrThrow();
  expect(row.created_by).toBe(`key:${id}`);
  expect(JSON.parse(row.blast_radius ?? '')).toStrictEqual(blastRadius);
});

test('callers do not share idempotency keys', async () => {
  const one = await it.withKey('deployer', ['*']);
  const two = await it.withKey('deployer', ['*']);
  const ask = ({ client }: typeof one) =>
    client.post('/api/deploy', { projectId: 'twice', iacCode: helloCode }, { 'idempotency-key': 'same' });
  const [first, again, other] = [await ask(one), await ask(one), await ask(two)];
  expect(first.body.jobId).toBe(again.body.jobId);
  expect(first.body.jobId).not.toBe(other.body.jobId);
});

test('callers may not approve jobs that they requested', async () => {
  const approver = await it.withKey('approver', ['*']);
  const { body } = await approver.client.post('/api/deploy', { projectId: 'own', iacCode: helloCode });
  await rows()
    .updateTable('jobs')
    .set({ status: 'awaiting_approval' })
    .where('id', '=', body.jobId)
    .execute();
  const approve = (client: typeof approver.client) =>
    client.post(`/api/deploy/jobs/${body.jobId}/approve`, { planDigest: 'a'.repeat(64) });
  expect(codeOf(await approve(approver.client))).toStrictEqual([403, 'self_approval']);
  assert.deepEqual(
    codeOf(await approve(it.admin)),
    [409, 'plan_digest_mismatch'],
    'another approver passes this check',
  );
});

test('a caller with too many calls is rate-limited; another one is not', async () => {
  await using limited = await startGuardedGateway({ RATE_LIMIT_PER_MINUTE: '20' });
  const one = await limited.withKey('viewer', ['*']);
  const two = await limited.withKey('viewer', ['*']);
  const answers = [];
  for (let index = 0; index < 25; index += 1) answers.push(await one.client.get('/api/deploy/projects'));
  expect(answers.filter(({ status }) => status === 200).length).toBe(20);
  const last = answers.at(-1);
  expect(codeOf(last)).toStrictEqual([429, 'rate_limited']);
  expect(Number(last?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect((await two.client.get('/api/deploy/projects')).status).toBe(200);
});

test('wrong credentials are counted by address, and no header can change the address', async () => {
  await using limited = await startGuardedGateway({ AUTH_FAILURES_PER_MINUTE: '5' });
  const statuses = [];
  for (let index = 0; index < 8; index += 1) {
    const client = bearer(limited.url, `de_${'0'.repeat(16)}_${'A'.repeat(43)}`);
    const forwarded = { 'x-forwarded-for': `203.0.113.${index}` };
    statuses.push((await client.request('GET', '/api/deploy/projects', undefined, forwarded)).status);
  }
  expect(statuses).toStrictEqual([401, 401, 401, 401, 401, 429, 429, 429]);
});

test('with one trusted proxy, the address is the one that the proxy reports', async () => {
  await using proxied = await startGuardedGateway({ TRUST_PROXY: '1', AUTH_FAILURES_PER_MINUTE: '2' });
  const attempt = async (forwarded: string) => {
    const client = bearer(proxied.url, 'de_wrong');
    const headers = { 'x-forwarded-for': forwarded };
    return (await client.request('GET', '/api/deploy/projects', undefined, headers)).status;
  };
  const statuses = [];
  for (let index = 0; index < 3; index += 1) statuses.push(await attempt(`198.51.100.${index}, 203.0.113.1`));
  expect(statuses).toStrictEqual([401, 401, 429]);
  expect(await attempt('203.0.113.2')).toBe(401);
});

function codeOf(answer: { status: number; body: { code: string } } | undefined): unknown[] {
  return [answer?.status, answer?.body.code];
}
