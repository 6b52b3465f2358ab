import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const formatVersion = 1;
const ivBytes = 12;
const tagBytes = 16;

/** AES-256-GCM over whole values; the associated data binds a value to the place it is stored in. */
export type Encryption = {
  seal(plain: Uint8Array, associatedData: string): Buffer;
  /** Throws where the value was changed, sealed for another place, or sealed with another key. */
  open(sealed: Uint8Array, associatedData: string): Buffer;
};

export function createEncryption(key: Buffer): Encryption {
  return {
    seal(plain, associatedData) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(associatedData));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.from([formatVersion]), iv, cipher.getAuthTag(), body]);
    },
    open(sealed, associatedData) {
      const bytes = Buffer.from(sealed);
      if (bytes[0] !== formatVersion) throw new Error(`opening ${associatedData}: unknown format ${bytes[0]}`);
      const tag = bytes.subarray(1 + ivBytes, 1 + ivBytes + tagBytes);
      const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + ivBytes), { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(associatedData));
      cipher.setAuthTag(tag);
      return Buffer.concat([cipher.update(bytes.subarray(1 + ivBytes + tagBytes)), cipher.final()]);
    },
  };
}

/** The key from the setting, or from `dataDir/state-encryption.key`, which is made (mode 0600) when missing. */
export async function loadEncryptionKey(dataDir: string, hexKey: string | undefined): Promise<Buffer> {
  if (hexKey) return Buffer.from(hexKey, 'hex');
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'state-encryption.key');
  await writeFile(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const key = Buffer.from((await readFile(path, 'utf8')).trim(), 'hex');
  if (key.byteLength !== 32) throw new Error(`reading the encryption key: ${path} does not hold 64 hex digits`);
  return key;
}
