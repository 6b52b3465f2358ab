import { gunzipSync } from 'node:zlib';
import { checkReservations } from './wasm-sections.ts';

const maxUnpackedBytes = 32 * 1024 * 1024;
const maxDataBytes = 4 * 1024 * 1024;
const blockSize = 512;

export type RegoBundle = { wasm: Uint8Array<ArrayBuffer>; data: unknown };

/**
 * Reads what `opa build -t wasm` writes: a gzipped tar with `/policy.wasm` and perhaps `/data.json`; or the
 * bare WebAssembly file. Source: https://www.openpolicyagent.org/docs/management-bundles
 */
export function readBundle(bytes: Uint8Array): RegoBundle {
  if (isWasm(bytes)) return { wasm: checked(bytes), data: {} };
  const files = readTar(gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes }));
  const wasm = files.get('policy.wasm');
  if (!wasm || !isWasm(wasm))
    throw new Error('the bundle has no policy.wasm; make it with opa build -t wasm');
  const data = files.get('data.json');
  if (data && data.length > maxDataBytes) throw new Error('the data.json of the bundle is larger than 4 MB');
  return { wasm: checked(wasm), data: data ? JSON.parse(Buffer.from(data).toString('utf8')) : {} };
}

function checked(wasm: Uint8Array): Uint8Array<ArrayBuffer> {
  checkReservations(wasm);
  return Uint8Array.from(wasm);
}

function isWasm(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

function readTar(tar: Buffer): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + blockSize <= tar.length && tar[at] !== 0; ) {
    const name = textAt(tar, at, 100).replace(/^\.?\/+/, '');
    const size = Number.parseInt(textAt(tar, at + 124, 12), 8);
    if (!Number.isInteger(size) || size < 0 || at + blockSize + size > tar.length)
      throw new Error('the bundle is not a tar archive');
    files.set(name, tar.subarray(at + blockSize, at + blockSize + size));
    at += blockSize + Math.ceil(size / blockSize) * blockSize;
  }
  return files;
}

function textAt(tar: Buffer, at: number, length: number): string {
  return (
    tar
      .toString('utf8', at, at + length)
      .split('\0', 1)[0]
      ?.trim() ?? ''
  );
}
