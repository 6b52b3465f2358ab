import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const formatVersion = 1;
const keyIdBytes = 4;
const ivBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes + ivBytes + tagBytes;

/** AES-256-GCM over whole values. The associated data binds a value to the place where it is stored. */
export type Encryption = {
  seal(plain: Uint8Array, associatedData: string): Buffer;
  /** Throws if the value was changed, sealed for another place, or sealed with an unknown key. */
  open(sealed: Uint8Array, associatedData: string): Buffer;
  /** Returns the same value, sealed with the current key; throws as `open` does. */
  sealAgain(sealed: Uint8Array, associatedData: string): Buffer;
  /** Whether the key that sealed a value is the current one or a configured earlier one. */
  hasKeyOf(sealed: Uint8Array): boolean;
  /** Whether a value is sealed with the current key, not with an earlier one. */
  isCurrent(sealed: Uint8Array): boolean;
};

/** Seals with the current key. Opens values sealed with the current or an earlier key. */
export function createEncryption(currentKey: Buffer, previousKeys: Buffer[] = []): Encryption {
  const keys = new Map([...previousKeys, currentKey].map((key) => [keyId(key).toString('hex'), key]));
  const currentId = keyId(currentKey);
  const encryption: Encryption = {
    seal(plain, associatedData) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', currentKey, iv, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(associatedData));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.from([formatVersion]), currentId, iv, cipher.getAuthTag(), body]);
    },
    open(sealed, associatedData) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== formatVersion)
        throw new Error(`opening ${associatedData}: unknown format ${bytes[0]}`);
      const id = bytes.subarray(1, 1 + keyIdBytes).toString('hex');
      const key = keys.get(id);
      if (!key)
        throw new Error(
          `opening ${associatedData}: it is sealed with the unknown key ${id}; add it to STATE_ENCRYPTION_PREVIOUS_KEYS`,
        );
      const iv = bytes.subarray(1 + keyIdBytes, 1 + keyIdBytes + ivBytes);
      const cipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(associatedData));
      cipher.setAuthTag(bytes.subarray(headerBytes - tagBytes, headerBytes));
      return Buffer.concat([cipher.update(bytes.subarray(headerBytes)), cipher.final()]);
    },
    sealAgain: (sealed, associatedData) =>
      encryption.seal(encryption.open(sealed, associatedData), associatedData),
    hasKeyOf: (sealed) =>
      keys.has(
        Buffer.from(sealed)
          .subarray(1, 1 + keyIdBytes)
          .toString('hex'),
      ),
    isCurrent: (sealed) => Buffer.from(sealed.subarray(1, 1 + keyIdBytes)).equals(currentId),
  };
  return encryption;
}

function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('key id').update(key).digest().subarray(0, keyIdBytes);
}

/** Returns the key from the setting or from `dataDir/state-encryption.key`, which it creates (mode 0600) if missing. */
export async function loadEncryptionKey(dataDir: string, hexKey: string | undefined): Promise<Buffer> {
  if (hexKey) return Buffer.from(hexKey, 'hex');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'state-encryption.key');
  await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' }).catch(
    (error) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex');
  if (key.byteLength !== 32)
    throw new Error(`reading the encryption key: ${path} does not hold 64 hex digits`);
  return key;
}
