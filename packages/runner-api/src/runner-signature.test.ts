import assert from 'node:assert/strict';
import {
  NonceMemory,
  readSignature,
  type SignedParts,
  signatureHeaders,
  signatureMatches,
  signatureWindowSeconds,
  signedHeaders,
  signRunnerRequest,
} from './runner-signature.ts';

const token = 'a-token-for-tests-only';
const parts: SignedParts = {
  method: 'PUT',
  path: '/runs/r?x=1',
  timestamp: '1700000000',
  nonce: 'nonce-000001',
  body: Buffer.from('{"a":1}'),
};
const changes: Partial<SignedParts>[] = [
  { method: 'POST' },
  { path: '/runs/r?x=2' },
  { timestamp: '1700000001' },
  { nonce: 'nonce-000002' },
  { body: Buffer.from('{"a":2}') },
  { body: Buffer.alloc(0) },
];

test('a signature is valid only for the request it was made for', () => {
  const signature = signRunnerRequest(token, parts);
  expect(signatureMatches(token, parts, signature)).toBe(true);
  for (const change of changes)
    assert.equal(signatureMatches(token, { ...parts, ...change }, signature), false, JSON.stringify(change));
  expect(signatureMatches('another-token', parts, signature)).toBe(false);
  for (const wrong of ['', signature.slice(1), `${signature}0`, 'a'.repeat(64)])
    assert.equal(signatureMatches(token, parts, wrong), false, wrong);
});

test('the signature ignores the case of the method, because servers and clients spell it differently', () => {
  expect(signRunnerRequest(token, { ...parts, method: 'put' })).toBe(signRunnerRequest(token, parts));
});

/** Creates a memory that began at the given second, and its clock. */
function memoryAt(seconds: number) {
  const clock = { now: seconds * 1000 };
  return { clock, memory: new NonceMemory(() => clock.now) };
}

test('a timestamp is fresh within the window around now, and never before the process began', () => {
  const start = 1_700_000_000;
  const { clock, memory } = memoryAt(start);
  expect(memory.isFresh(String(start))).toBe(true);
  assert.equal(memory.isFresh(String(start - 1)), false, 'it may have been used before a restart');
  expect(memory.isFresh(String(start + signatureWindowSeconds))).toBe(true);
  expect(memory.isFresh(String(start + signatureWindowSeconds + 1))).toBe(false);
  clock.now += signatureWindowSeconds * 1000;
  expect(memory.isFresh(String(start))).toBe(true);
  clock.now += 1;
  expect(memory.isFresh(String(start))).toBe(false);
  for (const text of ['', 'x', '1e9', `${start + 10}.5`, ` ${start + 10}`, '-1', '0x6553f100'])
    assert.equal(memory.isFresh(text), false, text);
});

test('a process that starts mid-second accepts requests signed in the same second', () => {
  const memory = new NonceMemory(() => 1_700_000_000_900);
  expect(memory.isFresh('1700000000')).toBe(true);
});

test('a nonce is accepted once for as long as its signature can be fresh', () => {
  const { clock, memory } = memoryAt(1_700_000_000);
  expect(memory.use('nonce-000001')).toBe(true);
  expect(memory.use('nonce-000001')).toBe(false);
  expect(memory.use('nonce-000002')).toBe(true);
  clock.now += 2 * signatureWindowSeconds * 1000 - 1;
  expect(memory.use('nonce-000001')).toBe(false);
  clock.now += 1;
  assert.equal(memory.use('nonce-000001'), true, 'it is forgotten once its signature has expired');
  expect(memory.use('nonce-000001')).toBe(false);
});

test('an invalid nonce is never accepted', () => {
  const { memory } = memoryAt(1_700_000_000);
  for (const nonce of ['', 'short', 'a'.repeat(65), 'with space', 'line\nbreak', 'nonce-0001\n'])
    assert.equal(memory.use(nonce), false, nonce);
  expect(memory.use('a'.repeat(64))).toBe(true);
  expect(memory.use('a'.repeat(8))).toBe(true);
});

test('the signature is the one that gateways and runners of other versions make', () => {
  expect(signRunnerRequest(token, parts)).toBe(
    '14b7543beed8bf88e670247dece5fcdcfc02b1b2f058a05067a8accd63061543',
  );
});

test('the headers have the names that gateways and runners of other versions use', () => {
  expect(signatureHeaders).toStrictEqual({
    timestamp: 'x-runner-timestamp',
    nonce: 'x-runner-nonce',
    signature: 'x-runner-signature',
  });
});

test('the headers of a request sign it as it is sent now', () => {
  const { method, path, body } = parts;
  const headers = signedHeaders(token, { method, path, body });
  const { signature, ...sent } = readSignature((name) => headers[name]);
  expect(signatureMatches(token, { method, path, body, ...sent }, signature)).toBe(true);
  const memory = new NonceMemory();
  expect(memory.isFresh(sent.timestamp)).toBe(true);
  expect(memory.use(sent.nonce)).toBe(true);
  expect(readSignature((name) => signedHeaders(token, parts)[name]).nonce).not.toBe(sent.nonce);
  expect(signedHeaders(token, { method, path, body, timestamp: '7' })[signatureHeaders.timestamp]).toBe('7');
});

test('headers that a request lacks are read as empty texts, which are not valid', () => {
  const read = readSignature(() => undefined);
  expect(read).toStrictEqual({ timestamp: '', nonce: '', signature: '' });
  expect(signatureMatches(token, { ...parts, ...read }, read.signature)).toBe(false);
});
