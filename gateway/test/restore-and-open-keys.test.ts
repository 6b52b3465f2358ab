import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { insertOrphans } from '../src/jobs/recovery/orphan-store.ts';
import { saveTerraformLog } from '../src/jobs/terraform-logs/store.ts';
import { stageRestore } from '../src/server/backup.ts';
import { createEncryption } from '../src/server/encryption.ts';
import { bearer } from './access-support.ts';
import { helloCode, startTestGateway } from './support.ts';

const backupOf = async (url: string) =>
  Buffer.from(await (await fetch(`${url}/api/admin/backup`)).arrayBuffer());
const restoreTo = (url: string, body: Buffer<ArrayBuffer>) =>
  fetch(`${url}/api/admin/restore`, {
    method: 'POST',
    headers: { 'content-type': 'application/gzip' },
    body,
  });

test("another engine's backup is refused before anything is replaced, and accepted once its key is known", async () => {
  const key = 'ab'.repeat(32);
  await using other = await startTestGateway({ STATE_ENCRYPTION_KEY: key });
  await other.client.post('/api/deploy', { projectId: 'theirs', iacCode: helloCode });
  const backup = await backupOf(other.url);
  await using it = await startTestGateway();
  const refused = await restoreTo(it.url, backup);
  expect(refused.status).toBe(400);
  expect(await refused.text()).toMatch(/sealed with another engine's key; set STATE_ENCRYPTION_KEY/);
  assert.ok(!existsSync(join(it.directory, 'data', 'database.restored')));
  await using knowing = await startTestGateway({ STATE_ENCRYPTION_PREVIOUS_KEYS: key });
  expect((await restoreTo(knowing.url, backup)).status).toBe(200);
  assert.ok(existsSync(join(knowing.directory, 'data', 'database.restored')));
});

test("a backup in which another engine's key has sealed only orphans or only logs is refused", async () => {
  const [shared, theirs] = ['ab'.repeat(32), 'cd'.repeat(32)];
  const encryption = createEncryption(Buffer.from(theirs, 'hex'));
  await using other = await startTestGateway({ STATE_ENCRYPTION_KEY: shared });
  await using it = await startTestGateway({ STATE_ENCRYPTION_KEY: shared });
  const { query } = other.gateway.context.database;
  const { jobId } = (await other.client.post('/api/deploy', { projectId: 'theirs', iacCode: helloCode }))
    .body;
  const restored = async () => (await restoreTo(it.url, await backupOf(other.url))).text();

  const ids = { projectId: 'theirs', jobId, address: 'aws_vpc.v', type: 'aws_vpc', objectId: 'vpc-1' };
  const orphan = { ...ids, reason: 'killed', started: true, source: 'journal' as const };
  const place = { address: 'aws_vpc.v', moduleAddress: '', type: 'aws_vpc', name: 'v', key: null };
  const content = { ...place, replaces: null, provider: 'aws', providerKey: 'aws', values: {} };
  await insertOrphans(query, encryption, [{ ...orphan, content: null }]);
  expect(await restored()).toMatch(/The backup is ready/);
  await insertOrphans(query, encryption, [{ ...orphan, content }]);
  expect(await restored()).toMatch(/orphans in it is sealed with another engine's key/);

  await query.deleteFrom('orphans').execute();
  await saveTerraformLog(query, encryption, { jobId, runnerUrl: 'r', text: 'said' });
  expect(await restored()).toMatch(/terraform_logs in it is sealed with another engine's key/);
});

test('an upload beyond the limit is refused and leaves no files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'restore-'));
  try {
    await using it = await startTestGateway();
    const source = Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(1000)));
    const staging = stageRestore(folder, source, it.gateway.context.encryption, 5000);
    await expect(staging).rejects.toThrow(/larger than 5000 bytes; nothing was changed/);
    assert.ok(!existsSync(join(folder, 'restore.tar.gz')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('keys made while the engine was open are marked, reported when it requires keys, and revoked together', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'open-keys-'));
  try {
    const settings = { DATA_DIR: folder };
    const made: string[] = [];
    {
      await using open = await startTestGateway(settings);
      for (const name of ['one', 'two'])
        made.push((await open.client.post('/api/keys', { name, role: 'admin', projects: ['*'] })).body.key);
    }
    await using it = await startTestGateway({ ...settings, AUTH: 'required' });
    const admin = bearer(it.url, made[0] ?? '');
    const own = (await admin.post('/api/keys', { name: 'later', role: 'admin', projects: ['*'] })).body;
    expect(own.madeWhileOpen).toBe(false);
    const safe = bearer(it.url, own.key);
    const findings = (await safe.get('/api/admin/protection')).body.findings.join('\n');
    expect(findings).toMatch(/2 usable API keys were made while the engine required no credentials/);
    const revoke = async (by: typeof safe) =>
      (await by.post('/api/keys/revoke-made-while-open', {})).body.revoked.length;
    assert.equal(await revoke(admin), 1, 'the calling key is not revoked');
    expect((await admin.get('/api/keys')).status).toBe(200);
    expect(await revoke(safe)).toBe(1);
    expect(await revoke(safe)).toBe(0);
    for (const key of made) expect((await bearer(it.url, key).get('/api/keys')).status).toBe(401);
    const { keys } = (await safe.get('/api/keys')).body;
    expect(keys.filter((key: { madeWhileOpen: boolean }) => key.madeWhileOpen).length).toBe(2);
    expect((await safe.get('/api/admin/protection')).body.findings.join('\n')).not.toMatch(/no credentials/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
