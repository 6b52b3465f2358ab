import { decode, ExtData, encode } from '@msgpack/msgpack';
import { completed, isConfigure } from './configure-call.ts';
import { contentOf, grpcHeaderBytes, lengthDelimited, readFields } from './proto-fields.ts';

const takeOver = {
  ...{ command: [], sockets: '/t', defaultTags: {} },
  values: { region: 'eu-west-1', access_key: 'AKIA', secret_key: 'secret' },
};

function request(config: unknown): Buffer {
  const body = Buffer.concat([
    lengthDelimited(1, Buffer.from('1.11.4')),
    lengthDelimited(2, lengthDelimited(1, Buffer.from(encode(config, { useBigInt64: true })))),
    lengthDelimited(3, Buffer.from([8, 1])),
  ]);
  const header = Buffer.alloc(grpcHeaderBytes);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

function read(message: Buffer | undefined) {
  if (!message) throw new Error('no message');
  expect(message.readUInt32BE(1)).toBe(message.length - grpcHeaderBytes);
  const fields = readFields(message.subarray(grpcHeaderBytes));
  const packed = contentOf(readFields(contentOf(fields, 2) ?? Buffer.alloc(0)), 1);
  return {
    version: contentOf(fields, 1)?.toString(),
    capabilities: contentOf(fields, 3),
    config: decode(packed ?? Buffer.alloc(0), { useBigInt64: true }) as Record<string, unknown>,
  };
}

test('what the code leaves open gets the job’s values; what it gives stays, byte for byte of other fields', () => {
  const config = { region: 'us-east-1', access_key: null, secret_key: null, max_retries: 25, allowed: null };
  const { version, capabilities, config: sent } = read(completed(request(config), takeOver));
  expect(sent).toStrictEqual({
    ...config,
    access_key: 'AKIA',
    secret_key: 'secret',
    max_retries: 25,
  });
  expect(version).toBe('1.11.4');
  expect(capabilities).toStrictEqual(Buffer.from([8, 1]));
});

test('a value that the provider will know later stays unknown', () => {
  const unknown = new ExtData(0, new Uint8Array([0]));
  const { config } = read(completed(request({ region: unknown, access_key: null }), takeOver));
  expect(config.region).toMatchObject({ type: 0, data: Buffer.from([0]) });
});

test('tags are added where the code has none', () => {
  const tags = { 'deployment-engine:project': 'shop' };
  const tagged = { ...takeOver, defaultTags: tags };
  expect(read(completed(request({ default_tags: [] }), tagged)).config.default_tags).toStrictEqual([
    { tags },
  ]);
  expect(read(completed(request({ default_tags: null }), tagged)).config.default_tags).toStrictEqual([
    { tags },
  ]);
  const own = [{ tags: { a: 'b' } }];
  expect(read(completed(request({ default_tags: own }), tagged)).config.default_tags).toStrictEqual(own);
});

test('a long configuration keeps its length', () => {
  const long = 'x'.repeat(70_000);
  expect(read(completed(request({ custom: long }), takeOver)).config.custom).toBe(long);
});

test('a message that cannot be read is not passed on', () => {
  expect(completed(Buffer.from([1, 0, 0, 0, 0]), takeOver)).toBe(undefined);
  expect(completed(Buffer.from([0, 0, 0, 0, 1, 0xff]), takeOver)).toBe(undefined);
  expect(completed(Buffer.from([0, 0, 0, 0, 0]), takeOver)).toBe(undefined);
});

test.each([
  ['/tfplugin5.Provider/Configure', true],
  ['/tfplugin6.Provider/ConfigureProvider', true],
  ['/tfplugin5.Provider/ConfigureProvider', false],
  ['/tfplugin5.Provider/PrepareProviderConfig', false],
])('%s configures: %s', (path, expected) => {
  expect(isConfigure({ ':path': path })).toBe(expected);
});
