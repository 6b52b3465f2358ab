import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEntry } from '@deployment-engine/contracts';
import { sql } from 'kysely';
import { describeUnless } from '../../scripts/jest/unless.ts';
import { type Postgres, skipWithoutPostgres, startPostgres } from '../../testing/postgres.ts';
import { waitFor } from '../../testing/wait.ts';
import { AuditLog } from '../src/access/audit/log.ts';
import { destroyDueProjects } from '../src/jobs/expiry.ts';
import { bearer, type GuardedGateway, startGuardedGateway } from './access-support.ts';
import { helloCode } from './support.ts';

const deploy = (projectId: string) => ({ projectId, iacCode: helloCode });

async function entriesOf({ admin }: GuardedGateway): Promise<AuditEntry[]> {
  const { body } = await admin.get('/api/audit');
  return body
    .trimEnd()
    .split('\n')
    .map((line: string) => JSON.parse(line));
}
const newest = async (it: GuardedGateway, action: string) =>
  (await entriesOf(it)).findLast((entry) => entry.action === action);
const database = (it: GuardedGateway) => it.gateway.context.database.query;
const verify = async (it: GuardedGateway, head?: Record<string, unknown>) =>
  (
    await it.admin.get(
      `/api/audit/verify${head ? `?${new URLSearchParams(head as Record<string, string>)}` : ''}`,
    )
  ).body;

function tests(it: () => GuardedGateway): void {
  test('the entry of a change has actor, action, project and outcome', async () => {
    const { id, client } = await it().withKey('deployer', ['*']);
    const { body, headers } = await client.post('/api/deploy', deploy('seen'));
    const entry = await newest(it(), 'deploy');
    expect(entry?.actor).toStrictEqual({
      kind: 'api_key',
      id: `key:${id}`,
      name: 'deployer',
      role: 'deployer',
    });
    expect([entry?.project, entry?.job, entry?.outcome, entry?.problem, entry?.requestId]).toStrictEqual([
      'seen',
      body.jobId,
      'ok',
      null,
      headers.get('x-request-id'),
    ]);
    expect(entry?.address ?? '').toMatch(/127\.0\.0\.1/);
    expect(entry?.digest ?? '').toMatch(/^[0-9a-f]{64}$/);
    expect(String(entry?.detail.code)).toMatch(/^[0-9a-f]{64}$/);
  });

  test('the log has denied calls, counts repeated ones, and also has reads of the log', async () => {
    const { id, client } = await it().withKey('viewer', ['mine']);
    for (let index = 0; index < 5; index += 1) await client.post('/api/deploy', deploy('mine'));
    await client.get('/api/deploy/infrastructure/seen');
    await it().gateway.context.refusals.flush();
    const own = (await entriesOf(it())).filter(({ actor }) => actor.id === `key:${id}`);
    expect(own.map(({ action, outcome, problem, count }) => [action, outcome, problem, count])).toStrictEqual(
      [
        ['deploy', 'denied', 'forbidden', 1],
        ['getInfrastructure', 'denied', 'project_not_found', 1],
        ['deploy', 'denied', 'forbidden', 4],
      ],
    );
    expect((await newest(it(), 'exportAudit'))?.outcome).toBe('ok');
  });

  test('the log has calls without a key and failed calls', async () => {
    await bearer(it().url, 'de_wrong').post('/api/deploy', deploy('x'));
    await it().admin.post('/api/deploy/destroy', { projectId: 'never-was' });
    const denied = await newest(it(), 'deploy');
    expect([denied?.actor.kind, denied?.problem]).toStrictEqual(['anonymous', 'unauthenticated']);
    const failed = await newest(it(), 'destroy');
    expect([failed?.outcome, failed?.problem, failed?.project]).toStrictEqual([
      'failed',
      'project_not_found',
      'never-was',
    ]);
  });

  test('the log has the engine’s own actions', async () => {
    await it().admin.post('/api/deploy', deploy('due'));
    await database(it())
      .updateTable('projects')
      .set({ revision: 1, destroy_at: new Date(Date.now() - 1000) })
      .where('id', '=', 'due')
      .execute();
    const [jobId] = await destroyDueProjects(it().gateway.context);
    const entry = await newest(it(), 'destroyExpired');
    expect([entry?.actor.id, entry?.project, entry?.job]).toStrictEqual(['engine', 'due', jobId]);
  });

  test('the log has reads of states and sensitive outputs, but not of redacted values', async () => {
    await it().admin.post('/api/deploy', deploy('read'));
    const { client } = await it().withKey('deployer', ['read']);
    const reads = async () =>
      (await entriesOf(it())).filter(({ action, project }) => /^get/.test(action) && project === 'read')
        .length;
    await client.get('/api/deploy/outputs/read');
    await client.get('/api/deploy/infrastructure/read');
    expect(await reads()).toBe(0);
    await client.get('/api/deploy/outputs/read?sensitive=true');
    await it().admin.get('/api/deploy/state/read');
    expect(await reads()).toBe(2);
  });

  test('the log has no secrets of bodies', async () => {
    const word = 'swordfish-in-a-body';
    await it().admin.post('/api/deploy', { ...deploy('worded'), variables: { word } });
    await it().admin.request('PUT', '/api/deploy/secrets/worded/variables', { variables: { word } });
    const text = JSON.stringify(await entriesOf(it()));
    expect(text).not.toContain(word);
    expect(text).toMatch(/setSecretVariables/);
  });

  test('entries written concurrently form one chain without a gap', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => it().admin.post('/api/deploy', deploy(`at-once-${index}`))),
    );
    const entries = await entriesOf(it());
    expect(entries.map(({ seq }) => seq)).toStrictEqual(entries.map((_, index) => index + 1));
    expect((await verify(it())).findings).toStrictEqual([]);
  });

  test('cursor, limit and time bound an export', async () => {
    const page = (await it().admin.get('/api/audit?cursor=2&limit=3')).body.trimEnd().split('\n');
    expect(page.map((line: string) => JSON.parse(line).seq)).toStrictEqual([3, 4, 5]);
    const later = await it().admin.get(`/api/audit?from=${new Date(Date.now() + 60_000).toISOString()}`);
    expect([later.status, later.body]).toStrictEqual([200, '']);
    expect((await it().admin.get('/api/audit?from=yesterday')).status).toBe(400);
  });

  test('a head’s signature covers each of its fields, and an entry’s signature covers its hash', async () => {
    await it().admin.post('/api/deploy', deploy('headed'));
    const { audit } = it().gateway.context;
    const head = await audit.head(database(it()));
    expect(audit.hasSignedHead(head)).toBe(true);
    for (const change of [
      { seq: head.seq + 1 },
      { hash: 'a'.repeat(64) },
      { at: new Date(0).toISOString() },
      { mac: head.mac.slice(1) },
      { mac: '' },
    ]) {
      assert.equal(audit.hasSignedHead({ ...head, ...change }), false, JSON.stringify(change));
    }
    const other = new AuditLog(Buffer.alloc(32, 1));
    assert.equal(other.hasSignedHead(head), false, 'the signature needs the key');
    const [entry] = await entriesOf(it());
    assert.ok(entry);
    expect(audit.hasSignedEntry(entry)).toBe(true);
    expect(audit.hasSignedEntry({ ...entry, hash: 'a'.repeat(64) })).toBe(false);
    expect(other.hasSignedEntry(entry)).toBe(false);
    const ofHead = { ...entry, hash: head.hash, mac: head.mac };
    assert.equal(audit.hasSignedEntry(ofHead), false, "a head's signature is not valid for an entry");
    expect(audit.digest('a')).not.toBe(audit.digest('b'));
    expect(audit.digest('a')).not.toBe(other.digest('a'));
  });

  test('the database refuses to change or remove entries', async () => {
    for (const statement of [
      "update audit_entries set entry = '{}' where seq = 1",
      'delete from audit_entries where seq = 1',
      'truncate audit_entries',
      'delete from audit_head',
      'update audit_head set seq = seq - 1',
    ])
      await assert.rejects(sql.raw(statement).execute(database(it())), /append-only/, statement);
  });
}

describe('on the embedded database', () => {
  let it: GuardedGateway;
  beforeAll(async () => {
    it = await startGuardedGateway();
  });
  afterAll(() => it?.[Symbol.asyncDispose]());
  tests(() => it);
});

describeUnless(skipWithoutPostgres())('on PostgreSQL', () => {
  let server: Postgres;
  let it: GuardedGateway;
  beforeAll(async () => {
    server = await startPostgres();
    it = await startGuardedGateway({ DATABASE_URL: server.url, STATE_ENCRYPTION_KEY: 'ab'.repeat(32) });
  });
  afterAll(async () => {
    await it?.[Symbol.asyncDispose]();
    await server?.stop();
  });
  tests(() => it);

  test('two gateways write one chain, and a key revoked at one is refused by the other', async () => {
    await using other = await startGuardedGateway({
      DATABASE_URL: server.url,
      STATE_ENCRYPTION_KEY: 'ab'.repeat(32),
    });
    assert.equal(other.gateway.firstKey, undefined, 'there is one first key');
    const there = bearer(other.url, it.adminKey);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        (index % 2 ? it.admin : there).post('/api/deploy', deploy(`two-${index}`)),
      ),
    );
    expect((await verify(it)).findings).toStrictEqual([]);
    const { id, key } = await it.withKey('viewer', ['*']);
    expect((await bearer(other.url, key).get('/api/deploy/projects')).status).toBe(200);
    await it.admin.request('DELETE', `/api/keys/${id}`);
    await waitFor('the other gateway to know', async () =>
      (await bearer(other.url, key).get('/api/deploy/projects')).status === 401 ? true : undefined,
    );
  });
});

describe('somebody with write access to the database', () => {
  const attacks: Record<string, { statements: string[]; kinds: string[] }> = {
    'edits an entry': {
      statements: [`update audit_entries set entry = replace(entry, '"project":"p-2"', '"project":"p-9"')`],
      kinds: ['edited'],
    },
    'deletes an entry': { statements: ['delete from audit_entries where seq = 3'], kinds: ['missing'] },
    'swaps two entries': {
      statements: [
        'update audit_entries set seq = 1000 where seq = 3',
        'update audit_entries set seq = 3 where seq = 4',
        'update audit_entries set seq = 4 where seq = 1000',
      ],
      kinds: ['disordered', 'missing', 'edited'],
    },
    'cuts off the end': { statements: ['delete from audit_entries where seq > 3'], kinds: ['truncated'] },
    'cuts off the end and sets the head back': {
      statements: [
        'delete from audit_entries where seq > 3',
        `update audit_head set seq = 3, hash = (select entry::jsonb->>'hash' from audit_entries where seq = 3)`,
      ],
      kinds: ['truncated', 'edited'],
    },
  };
  for (const [name, { statements, kinds }] of Object.entries(attacks))
    test(`${name}: found, at the latest by comparing with a head that was kept elsewhere`, async () => {
      await using it = await startGuardedGateway();
      for (let index = 0; index < 6; index += 1) await it.admin.post('/api/deploy', deploy(`p-${index}`));
      const head = (await it.admin.get('/api/audit/head')).body;
      expect((await verify(it, head)).valid).toBe(true);
      for (const table of ['audit_entries', 'audit_head'])
        await sql.raw(`alter table ${table} disable trigger all`).execute(database(it));
      for (const statement of statements) await sql.raw(statement).execute(database(it));
      const found = await verify(it, head);
      expect(found.valid).toBe(false);
      assert.ok(
        found.findings.some(({ kind }: { kind: string }) => kinds.includes(kind)),
        JSON.stringify(found.findings),
      );
    });

  test('rebuilds the chain: found by its signatures; a head that they made counts as forged', async () => {
    await using it = await startGuardedGateway();
    await it.admin.post('/api/deploy', deploy('p'));
    const head = (await it.admin.get('/api/audit/head')).body;
    const forged = await verify(it, { ...head, mac: 'a'.repeat(64) });
    expect(forged.findings.map(({ kind }: { kind: string }) => kind)).toStrictEqual(['forged']);
    await sql.raw('alter table audit_entries disable trigger all').execute(database(it));
    const mac = `overlay(entry placing repeat('0', 64) from position('"mac":"' in entry) + 7 for 64)`;
    await sql.raw(`update audit_entries set entry = ${mac} where seq = 1`).execute(database(it));
    const found = await verify(it);
    expect(found.findings.map(({ kind, seq }: { kind: string; seq: number }) => [kind, seq])).toStrictEqual([
      ['forged', 1],
    ]);
  });
});

test('a flood of different refusals adds a bounded number of entries', async () => {
  await using it = await startGuardedGateway({
    AUTH_FAILURES_PER_MINUTE: '100000',
    RATE_LIMIT_PER_MINUTE: '100000',
  });
  const { client } = await it.withKey('viewer', ['mine']);
  const before = (await it.admin.get('/api/audit/head')).body.seq;
  const { refusals } = it.gateway.context;
  const facts = (await entriesOf(it)).at(-1);
  assert.ok(facts);
  for (let index = 0; index < 500; index += 1)
    await refusals.note({ ...facts, outcome: 'denied', problem: 'forbidden', action: `made-up-${index}` });
  for (let index = 0; index < 50; index += 1) await client.post('/api/keys', {});
  await refusals.flush();
  const { seq } = (await it.admin.get('/api/audit/head')).body;
  assert.ok(seq - before <= 65, `${seq - before} entries`);
  const counted = (await entriesOf(it)).filter(({ outcome }) => outcome === 'denied');
  expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(550);
});

test('AUDIT_LOG_FILE has every entry once, also after a restart', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'audit-'));
  const env = { AUDIT_LOG_FILE: join(directory, 'audit.jsonl'), DATA_DIR: join(directory, 'data') };
  const first = await startGuardedGateway(env);
  await first.admin.post('/api/deploy', deploy('a'));
  await first[Symbol.asyncDispose]();
  const second = await startGuardedGateway(env);
  const admin = bearer(second.url, first.adminKey);
  await admin.post('/api/deploy', deploy('b'));
  const { seq } = (await admin.get('/api/audit/head')).body;
  await second[Symbol.asyncDispose]();
  const lines = (await readFile(env.AUDIT_LOG_FILE, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).seq)).toStrictEqual(
    Array.from({ length: seq }, (_, index) => index + 1),
  );
  expect((await stat(env.AUDIT_LOG_FILE)).mode & 0o777).toBe(0o600);
  await rm(directory, { recursive: true });
});
