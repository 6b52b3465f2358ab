import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contentBytes, type Files, filesSchema } from '@deployment-engine/contracts';
import { revisionDigest } from '@deployment-engine/runner-api';
import express from 'express';
import fc from 'fast-check';
import { prepareRevision, readRevisionFiles, saveRevision } from '../gateway/src/projects/revisions/store.ts';
import { revisionDirectory, writeWorkspace } from '../gateway/src/projects/revisions/workspace.ts';
import { ensureProject } from '../gateway/src/projects/store.ts';
import { createRunnerClient } from '../gateway/src/runners/client.ts';
import { type OpenDatabase, openDatabase } from '../gateway/src/server/database/open.ts';
import { createEncryption } from '../gateway/src/server/encryption.ts';
import { readTree } from '../terraform-runner/src/files/read-tree.ts';
import { revisionRoutes } from '../terraform-runner/src/revisions/routes.ts';
import { createRevisionStore, type RevisionStore } from '../terraform-runner/src/revisions/store.ts';

const cases = Number(process.env.FUZZ_CASES ?? 200);
const encryption = createEncryption(Buffer.alloc(32, 1), []);
let folder: string;
let database: OpenDatabase;
let revisions: RevisionStore;
let upload: ReturnType<typeof createRunnerClient>['uploadRevision'];
const server = createServer();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trees-'));
  database = await openDatabase({ dataDir: join(folder, 'data') });
  await ensureProject(database.query, 'trees');
  revisions = createRevisionStore(join(folder, 'elsewhere'), join(folder, 'copies'));
  await mkdir(join(folder, 'copies'));
  server.on('request', express().use(express.json({ limit: '16mb' }), revisionRoutes(revisions)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  upload = createRunnerClient(url, 'a-token-for-tests-only').uploadRevision;
});
afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const plain = fc.constantFrom(
  'a',
  'b',
  'modules',
  'main.tf',
  'ä',
  'x y',
  '日本',
  'A',
  '-',
  '__proto__',
  'x.tf.json',
);
const odd = fc.constantFrom(
  'x.tfstate',
  'terraform.tfstate.d',
  'terraform.tfstate.backup',
  'x.tfstates',
  'terraform.d',
  '.terraform',
  '~x',
  '..',
  '',
  'ä'.repeat(128),
);
const name = fc.oneof(
  { weight: 9, arbitrary: plain },
  { weight: 1, arbitrary: odd },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join('/'));
const content = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ base64: Buffer.from(bytes).toString('base64') })),
);
const trees = fc
  .dictionary(path, content, { maxKeys: 6 })
  .map((files): Files => ({ 'top.tf': 'locals {}', ...files }));

test('every tree is refused by the API, or has one digest through upload, store, workspace and runner', async () => {
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(trees, async (given) => {
      const parsed = filesSchema.safeParse(given);
      if (!parsed.success) return;
      accepted += 1;
      await roundTrip(parsed.data);
    }),
    { numRuns: cases },
  );
  assert.ok(accepted > cases / 5, `only ${accepted} of ${cases} trees were accepted`);
});

async function roundTrip(files: Files): Promise<void> {
  const revision = await prepareRevision(files, {});
  const expected = revisionDigest(
    new Map(Object.entries(files).map(([path, bytes]) => [path, contentBytes(bytes)])),
  );
  expect(revision.digest).toBe(expected);
  await saveRevision(database.query, encryption, 'trees', revision);
  const stored = await readRevisionFiles(database.query, expected);
  assert.equal(revisionDigest(stored), expected, 'the store has other files');
  const workspaces = join(folder, 'workspaces');
  await writeWorkspace(workspaces, 'trees', expected, stored);
  const shared = await readTree(revisionDirectory(workspaces, 'trees', expected));
  assert.equal(revisionDigest(shared), expected, 'the workspace has other files');
  await upload(expected, stored);
  const fetched = await revisions.read('trees', expected);
  assert.ok(fetched, 'the runner would ask for the files again for ever');
  expect([...fetched.keys()].sort()).toStrictEqual([...stored.keys()].sort());
}

test('an upload replaces a copy on the runner that is not complete', async () => {
  const files = new Map([['main.tf', Buffer.from('locals {}')]]);
  const digest = revisionDigest(files);
  await mkdir(join(folder, 'copies', digest));
  await writeFile(join(folder, 'copies', digest, 'main.tf'), 'loc');
  expect(await revisions.read('trees', digest)).toBe(undefined);
  await upload(digest, files);
  expect(await revisions.read('trees', digest)).toStrictEqual(files);
});
