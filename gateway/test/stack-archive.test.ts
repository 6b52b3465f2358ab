import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { type Header, pack } from 'tar-stream';
import { cloudRepository } from '../../testing/stacks/cloud-stack.ts';
import { startTestGateway, type TestGateway } from './support.ts';

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it?.[Symbol.asyncDispose]());

type Item = Partial<Header> & { name: string; text?: string | Buffer };

async function tarOf(items: Item[]): Promise<Buffer> {
  const tar = pack();
  for (const { text, ...header } of items) tar.entry(header as Header, text ?? '');
  tar.finalize();
  return buffer(tar);
}
const tarGz = async (items: Item[]) => gzipSync(await tarOf(items)).toString('base64');
const zip = (files: Record<string, string>) =>
  Buffer.from(
    zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, strToU8(text)]))),
  ).toString('base64');

const files = cloudRepository({ 'a/one': { kind: 'SQS' } });
const items: Item[] = Object.entries(files).map(([name, text]) => ({ name, text }));
const validate = (archive: string, more: object = {}) =>
  it.client.post('/api/stacks/cloud/validate', { archive, environment: 'staging', ...more });

async function refusal(archive: string): Promise<string> {
  const { status, body } = await validate(archive);
  expect([status, body.code]).toStrictEqual([400, 'invalid_request']);
  return JSON.stringify(body.errors);
}

test('a tar.gz and a zip are what their files are, at validation, plan and apply', async () => {
  const dotted = items.map((item) => ({ ...item, name: `./${item.name}` }));
  for (const archive of [
    await tarGz(items),
    await tarGz([{ name: './', type: 'directory' }, ...dotted]),
    zip(files),
  ])
    expect((await validate(archive)).body).toMatchObject({ valid: true, waves: [['a/one']] });
  const send = async (body: object) => {
    const { body: answer } = await it.client.post('/api/stacks/cloud/apply', {
      environment: 'same',
      ...body,
    });
    return (await it.client.get(`/api/stacks/pipelines/${answer.pipelineId}`)).body.revision;
  };
  const numbers = [
    await send({ files }),
    await send({ archive: await tarGz(items) }),
    await send({ archive: zip(files) }),
  ];
  expect(numbers).toStrictEqual([1, 1, 1]);
  const plan = await it.client.post('/api/stacks/cloud/plan', { archive: zip(files), environment: 'same' });
  expect(plan.status).toBe(202);
});

test('hidden files are left out, even many bytes of them; an empty folder is kept', async () => {
  const archive = await tarGz([
    ...items,
    { name: '.git/objects/pack', text: Buffer.alloc(21_000_000) },
    { name: 'stacks/cloud/.env', text: 'SECRET=1' },
    { name: 'stacks/cloud/environments/staging/', type: 'directory' },
  ]);
  expect((await validate(archive)).body.valid).toBe(true);
  const other = await validate(archive, { environment: 'production' });
  expect(other.body.errors).toMatchObject([{ code: 'unknown_environment' }]);
});

test.each([
  ['a path that leaves the repository', { name: '../escaped.yaml', text: 'x' }, /escaped/],
  ['one that does so inside', { name: 'stacks/../../escaped.yaml', text: 'x' }, /escaped/],
  ['an absolute path', { name: '/etc/passwd', text: 'x' }, /absolute/],
  ['a backslash', { name: 'stacks\\\\..\\\\x', text: 'x' }, /backslash/],
  ['a symbolic link', { name: 'stacks/link', type: 'symlink', linkname: '/etc/passwd' }, /is a symlink/],
  ['a hard link', { name: 'stacks/link', type: 'link', linkname: 'stacks/cloud/stack.yaml' }, /is a link/],
  ['a device', { name: 'stacks/device', type: 'character-device' }, /is a character-device/],
  ['a file twice', { name: 'stacks/cloud/stack.yaml', text: 'x' }, /is in it twice/],
  [
    'a file and a folder of one name',
    { name: 'stacks/cloud/stack.yaml/x', text: 'x' },
    /both a file and a folder/,
  ],
  ['too many bytes', { name: 'big.txt', text: Buffer.alloc(20_971_521) }, /more than 20971520 bytes/],
] as [string, Item, RegExp][])('a tar.gz with %s is refused', async (_, item, reason) => {
  expect(await refusal(await tarGz([...items, item]))).toMatch(reason);
});

test('a zip with a path that leaves the repository or too many bytes is refused', async () => {
  expect(await refusal(zip({ ...files, '../escaped.yaml': 'x' }))).toMatch(/escaped/);
  expect(await refusal(zip({ ...files, 'big.txt': 'x'.repeat(20_971_521) }))).toMatch(
    /more than 20971520 bytes/,
  );
});

test('a zip whose entry says that it is small is not unpacked to what it is', async () => {
  const bytes = Buffer.from(zip({ 'bomb.txt': 'x'.repeat(50_000_000) }), 'base64');
  const directory = bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  bytes.writeUInt32LE(10, directory + 24);
  const { status, body } = await validate(bytes.toString('base64'));
  expect(status === 400 || body.valid === false).toBe(true);
});

test('stored entries that share their bytes, and say that they have none, are not copied', async () => {
  const blob = Buffer.alloc(4_000_000, 'x');
  const stored = Buffer.from(zipSync({ 'a.txt': [blob, { level: 0 }] }));
  const at = stored.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
  const entry = Buffer.from(stored.subarray(at, at + 46 + 'a.txt'.length));
  const end = Buffer.from(stored.subarray(stored.length - 22));
  const entries = Array.from({ length: 200 }, (_, index) => {
    const copy = Buffer.from(entry);
    copy.writeUInt32LE(0, 24);
    copy.write(`${String(index).padStart(3, '0')}.x`, 46);
    return copy;
  });
  const directory = Buffer.concat(entries);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  const archive = Buffer.concat([stored.subarray(0, at), directory, end]).toString('base64');
  expect(await refusal(archive)).toMatch(/stored with another size than it has/);
});

test('too many files, a bomb, a truncated archive and other bytes are refused', async () => {
  const many = Array.from({ length: 2001 }, (_, index) => ({ name: `f${index}`, text: '' }));
  expect(await refusal(await tarGz(many))).toMatch(/more than 2000 files/);
  const bomb = await tarGz([{ name: '.hidden', text: Buffer.alloc(180_000_000) }, ...items]);
  expect(bomb.length).toBeLessThan(1_000_000);
  expect(await refusal(bomb)).toMatch(/unpacks to more than/);
  const whole = Buffer.from(await tarGz(items), 'base64');
  expect(await refusal(whole.subarray(0, whole.length - 20).toString('base64'))).toMatch(
    /not a complete tar.gz/,
  );
  expect(await refusal(Buffer.from(zip(files), 'base64').subarray(0, 200).toString('base64'))).toMatch(
    /not a complete zip/,
  );
  expect(await refusal(Buffer.from('stack: 1').toString('base64'))).toMatch(/neither a tar.gz nor a zip/);
});

test('a request names one repository', async () => {
  expect((await validate(await tarGz(items), { files })).status).toBe(400);
  expect((await validate(await tarGz(items), { folders: ['x'] })).status).toBe(400);
  expect((await it.client.post('/api/stacks/cloud/validate', { environment: 'staging' })).status).toBe(400);
});
