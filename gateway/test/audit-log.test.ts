import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditHash } from '@deployment-engine/service';
import { type AuditLog, openAuditLog } from '../src/access/audit/log.ts';
import { engineFacts } from '../src/http/call.ts';
import { type OpenDatabase, openDatabase } from '../src/server/database/open.ts';
import { createEncryption } from '../src/server/encryption.ts';

let dataDir: string;
let database: OpenDatabase;
let log: AuditLog;
const encryption = createEncryption(Buffer.alloc(32, 1));
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'audit-log-'));
  database = await openDatabase({ databaseUrl: undefined, dataDir });
  log = await openAuditLog(database, encryption);
});
afterAll(async () => {
  await database?.close();
  await rm(dataDir, { recursive: true, force: true });
});

const append = (detail: Record<string, unknown> = {}) =>
  log.append(database.query, engineFacts('endJob', { project: 'p', job: 'j', detail }));

test('each entry holds the hash of the entry before it, its own hash and a signature of that hash', async () => {
  const [first, second] = [await append({ n: 1 }), await append({ n: 2 })];
  expect([second.previous, second.seq]).toStrictEqual([first.hash, first.seq + 1]);
  const { hash, mac: _mac, ...unsigned } = second;
  expect(hash).toBe(auditHash(unsigned));
  expect(log.hasSignedEntry(second)).toBe(true);
  for (const mac of [first.mac, '', second.mac.slice(1), 'a'.repeat(64)])
    assert.equal(log.hasSignedEntry({ ...second, mac }), false, mac);
  const head = await log.head(database.query);
  expect([head.seq, head.hash]).toStrictEqual([second.seq, second.hash]);
  expect(log.hasSignedHead(head)).toBe(true);
  for (const change of [{ seq: head.seq - 1 }, { hash: first.hash }, { at: first.at.replace('T', 't') }])
    assert.equal(log.hasSignedHead({ ...head, ...change }), false, JSON.stringify(change));
});

test('times in the log never go backwards, even if the machine’s clock does', async () => {
  const ahead = new Date(Date.now() + 3_600_000);
  await database.query.updateTable('audit_head').set({ at: ahead }).execute();
  expect((await append()).at).toBe(ahead.toISOString());
});

test('a detail that is too long is replaced with its size', async () => {
  const fits = { text: 'x'.repeat(4096 - '{"text":""}'.length) };
  expect((await append(fits)).detail).toStrictEqual(fits);
  expect((await append({ text: `${fits.text}x` })).detail).toStrictEqual({ leftOutBytes: 4097 });
  expect((await append({ text: 'ä'.repeat(3000) })).detail).toStrictEqual({ leftOutBytes: 6011 });
});

test('an entry whose change is rolled back is not stored and leaves no gap', async () => {
  const before = await log.head(database.query);
  const failing = database.query.transaction().execute(async (trx) => {
    await log.append(trx, engineFacts('endJob', { project: 'p', job: 'j' }));
    throw new Error('the change failed');
  });
  await expect(failing).rejects.toThrow(/the change failed/);
  expect(await log.head(database.query)).toStrictEqual(before);
});

test('a log that is opened again keeps its key, so equal values have equal digests', async () => {
  const again = await openAuditLog(database, encryption);
  expect(again.digest({ a: 1, b: 2 })).toBe(log.digest({ b: 2, a: 1 }));
  expect(log.digest({ a: 1 })).not.toBe(log.digest({ a: 2 }));
  await assert.rejects(openAuditLog(database, createEncryption(Buffer.alloc(32, 2))));
});

test('a log with entries but without its head is not opened as a new log', async () => {
  await database.query.schema.alterTable('audit_head').renameTo('audit_head_kept').execute();
  await database.query.schema.createTable('audit_head').addColumn('sealed_key', 'bytea').execute();
  await expect(openAuditLog(database, encryption)).rejects.toThrow(/its head is gone/);
});
