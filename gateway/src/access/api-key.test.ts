import { createHash } from 'node:crypto';
import { newApiKey, parseApiKey, sameSecret } from './api-key.ts';

const id = '0123456789abcdef';
const secret = 'a'.repeat(43);
const secretSha256 = createHash('sha256').update(secret).digest('hex');

test('a new key is read as its id and the digest of its secret, and no two are equal', () => {
  const { key, ...stored } = newApiKey();
  expect(parseApiKey(key)).toStrictEqual(stored);
  const other = newApiKey();
  expect(other.id).not.toBe(stored.id);
  expect(other.secretSha256).not.toBe(stored.secretSha256);
});

test('a key is read only in its exact form', () => {
  const key = `de_${id}_${secret}`;
  expect(parseApiKey(key)).toStrictEqual({ id, secretSha256 });
  const wrong = [
    `x${key}`,
    `${key}a`,
    `${key}\n`,
    key.slice(0, -1),
    key.toUpperCase(),
    `de_${id}0_${secret}`,
    `de_${id.slice(1)}_${secret}`,
    `de_${id}_${secret.slice(1)}.`,
    `de_${id}-${secret}`,
    '',
  ];
  for (const text of wrong) expect([text, parseApiKey(text)]).toStrictEqual([text, undefined]);
});

test('secrets are the same only if their digests are', () => {
  expect(sameSecret(secretSha256, secretSha256)).toBe(true);
  expect(sameSecret(secretSha256, secretSha256.replace(/.$/, 'x'))).toBe(false);
  expect(sameSecret(secretSha256, secretSha256.slice(1))).toBe(false);
  expect(sameSecret('', secretSha256)).toBe(false);
});
