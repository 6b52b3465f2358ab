import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { checkReservations } from './wasm-sections.ts';

const maxUnpackedBytes = 32 * 1024 * 1024;
const maxDataBytes = 4 * 1024 * 1024;

export type RegoBundle = { wasm: Uint8Array<ArrayBuffer>; data: unknown };

/**
 * Reads the output of `opa build -t wasm`, a gzipped tar with `/policy.wasm` and optionally `/data.json`, or
 * a plain WebAssembly file. Source: https://www.openpolicyagent.org/docs/management-bundles
 */
export async function readBundle(bytes: Uint8Array): Promise<RegoBundle> {
  if (isWasm(bytes)) return { wasm: checked(bytes), data: {} };
  const files = await readTar(gunzipSync(bytes, { maxOutputLength: maxUnpackedBytes }));
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

async function readTar(tar: Buffer): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const entries = extract();
  entries.end(tar);
  try {
    for await (const entry of entries)
      files.set(entry.header.name.replace(/^\.?\/+/, ''), await buffer(entry));
  } catch (error) {
    throw new Error('the bundle is not a tar archive', { cause: error });
  }
  return files;
}
