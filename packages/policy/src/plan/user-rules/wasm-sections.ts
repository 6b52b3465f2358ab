/**
 * Limits what a policy may reserve. Modules made by `opa build` import their memory, which the engine limits,
 * and have one small table. V8 does not count memories and tables towards a thread's limits. Source:
 * https://webassembly.github.io/spec/core/binary/modules.html
 */
const tableSection = 4;
const memorySection = 5;
const maxTableEntries = 100_000;

/** Throws if a module reserves more than a policy needs. */
export function checkReservations(wasm: Uint8Array): void {
  const reader = new Reader(wasm);
  for (reader.at = 8; reader.at < wasm.length; ) {
    const id = reader.byte();
    const end = reader.unsigned() + reader.at;
    if (id === memorySection && reader.unsigned() > 0)
      throw new Error('the policy defines its own memory; make it with opa build -t wasm');
    if (id === tableSection) checkTables(reader);
    reader.at = end;
  }
}

function checkTables(reader: Reader): void {
  const count = reader.unsigned();
  const [, , entries] = [reader.byte(), reader.byte(), reader.unsigned()];
  if (count > 1 || entries > maxTableEntries)
    throw new Error("the policy's tables are too large; make it with opa build -t wasm");
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new Error('the policy is not a WebAssembly module');
    return byte;
  }

  /** LEB128, at most 5 bytes. */
  unsigned(): number {
    let value = 0;
    for (let index = 0; index < 5; index++) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** (7 * index);
      if (byte < 128) return value;
    }
    throw new Error('the policy is not a WebAssembly module');
  }
}
