/**
 * Builds a WebAssembly module with the interface of a compiled Rego policy (ABI 1.2) that returns a constant,
 * or never. Replaces the output of `opa build` in tests. Source:
 * https://www.openpolicyagent.org/docs/wasm#compiled-policy-interface
 */
export function compiledPolicy(
  result: unknown,
  options: { endless?: boolean; answerLength?: number } = {},
): Uint8Array {
  const texts = ['{}', '{"deploy/deny":0}', JSON.stringify([{ result }])].map((text) => `${text}\0`);
  const addresses = [1024, 2048, 4096];
  const constant = (value: number) => [0x41, ...signed(value)];
  const endless = [0x03, 0x40, 0x0c, 0x00, 0x0b, 0x00];
  const evaluation = options.endless ? endless : constant(addresses[2] ?? 0);
  if (options.answerLength) evaluation.splice(0, Number.POSITIVE_INFINITY, ...digits(options.answerLength));
  const functions: { name: string; parameters: number; results: number; code: number[] }[] = [
    { name: 'builtins', parameters: 0, results: 1, code: constant(addresses[0] ?? 0) },
    { name: 'entrypoints', parameters: 0, results: 1, code: constant(addresses[1] ?? 0) },
    { name: 'opa_json_dump', parameters: 1, results: 1, code: [0x20, 0] },
    { name: 'opa_malloc', parameters: 1, results: 1, code: constant(65_536) },
    { name: 'opa_json_parse', parameters: 2, results: 1, code: constant(1) },
    { name: 'opa_heap_ptr_get', parameters: 0, results: 1, code: constant(131_072) },
    { name: 'opa_heap_ptr_set', parameters: 1, results: 0, code: [] },
    { name: 'opa_eval', parameters: 7, results: 1, code: evaluation },
  ];
  const i32 = 0x7f;
  const types = functions.map(({ parameters, results }) => [
    0x60,
    ...vector(Array<number[]>(parameters).fill([i32])),
    ...vector(Array<number[]>(results).fill([i32])),
  ]);
  const globals = [1, 2].map((version) => [i32, 0, ...constant(version), 0x0b]);
  const exports = [
    ...functions.map(({ name }, index) => [...bytesOf(name), 0, index]),
    [...bytesOf('opa_wasm_abi_version'), 3, 0],
    [...bytesOf('opa_wasm_abi_minor_version'), 3, 1],
  ];
  const bodies = functions.map(({ code }) => [code.length + 2, 0, ...code, 0x0b]);
  const data = texts.map((text, index) => [0, ...constant(addresses[index] ?? 0), 0x0b, ...bytesOf(text)]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [[...bytesOf('env'), ...bytesOf('memory'), 2, 0, 2]]),
    ...section(
      3,
      functions.map((_, index) => [index]),
    ),
    ...section(6, globals),
    ...section(7, exports),
    ...section(10, bodies),
    ...section(11, data),
  ]);
}

/** Grows the memory (`memory.grow`), fills it with ones (`memory.fill`) and returns their address. */
function digits(length: number): number[] {
  const address = 1_048_576;
  const operands = [address, '1'.charCodeAt(0), length].flatMap((value) => [0x41, ...signed(value)]);
  const pages = Math.ceil((address + length) / 65_536);
  return [0x41, ...signed(pages), 0x40, 0, 0x1a, ...operands, 0xfc, 0x0b, 0, 0x41, ...signed(address)];
}

function section(id: number, items: number[][]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function bytesOf(text: string): number[] {
  const bytes = [...Buffer.from(text)];
  return [...unsigned(bytes.length), ...bytes];
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value < 64 ? [value] : [(value & 127) | 128, ...signed(value >> 7)];
}
