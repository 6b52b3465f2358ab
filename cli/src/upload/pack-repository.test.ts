import assert from 'node:assert/strict';
import { unzipSync } from 'fflate';
import { packRepository } from './pack-repository.ts';

const text = 'words of a document\n'.repeat(20_000);

test('a small repository is sent as its files', async () => {
  const upload = { files: { 'stacks/shop/stack.yaml': 'kind: Stack\n' }, folders: ['empty'] };
  expect(await packRepository(upload)).toBe(upload);
});

test('a large one is sent as an archive of the same files and empty folders, which is smaller', async () => {
  const bytes = Buffer.from([0, 255, 128]);
  const files = { 'stacks/größe.yaml': text, 'code.zip': { base64: bytes.toString('base64') } };
  const sent = await packRepository({ files, folders: ['services/none'] });
  assert.ok('archive' in sent);
  expect(sent.archive.length).toBeLessThan(text.length / 5);
  const unpacked = unzipSync(Buffer.from(sent.archive, 'base64'));
  expect(Object.keys(unpacked).sort()).toStrictEqual(['code.zip', 'services/none/', 'stacks/größe.yaml']);
  expect(Buffer.from(unpacked['stacks/größe.yaml'] ?? []).toString()).toBe(text);
  expect(Buffer.from(unpacked['code.zip'] ?? [])).toStrictEqual(bytes);
});
