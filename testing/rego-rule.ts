import { compiledPolicy } from '../packages/policy/src/plan/user-rules/rego-fixture.ts';

const needleBytes = 8;
const violationAddress = 4096;
const emptyAddress = 8192;
const codeSection = 10;
/** The magic number and the version of a module. */
const headerBytes = 8;

/**
 * Builds a rule that stands in for the output of `opa build`: a plan violates it if its JSON contains this text of
 * eight ASCII characters. It then returns `result`.
 */
export function regoRule(rule: { id: string; message: string; needle: string; result: unknown }) {
  const { id, message, needle, result } = rule;
  const bundle = Buffer.from(withEvaluation(compiledPolicy(result), search(needle))).toString('base64');
  return { language: 'rego', id, mode: 'block', message, bundle };
}

/** The body of `opa_eval`, whose parameters 3 and 4 are the address and the length of the input. */
function search(needle: string): number[] {
  if (Buffer.byteLength(needle) !== needleBytes)
    throw new Error(`${needle} is not ${needleBytes} bytes long`);
  const wanted = signed(Buffer.from(needle).readBigInt64LE());
  const isHere = [0x20, 3, 0x29, 0, 0, 0x42, ...wanted, 0x51]; // i64.load(address) == wanted
  const returnViolation = [0x04, 0x40, ...constant(violationAddress), 0x0f, 0x0b];
  const advance = [0x20, 3, 0x41, 1, 0x6a, 0x21, 3, 0x20, 4, 0x41, 1, 0x6b, 0x22, 4];
  const repeatIfLongEnough = [...constant(needleBytes), 0x4e, 0x0d, 0];
  const storeEmpty = [...constant(emptyAddress), ...constant(Buffer.from('[]').readUInt16LE()), 0x36, 0, 0];
  return [
    ...[0x03, 0x40, ...isHere, ...returnViolation, ...advance, ...repeatIfLongEnough, 0x0b],
    ...[...storeEmpty, ...constant(emptyAddress)],
  ];
}

/** Replaces the last function of a module, which is `opa_eval`. */
function withEvaluation(module: Uint8Array, code: number[]): number[] {
  const bytes = [...module];
  let at = headerBytes;
  for (;;) {
    const [size, start] = readUnsigned(bytes, at + 1);
    if (bytes[at] === codeSection) {
      const bodies = bodiesOf(bytes.slice(start, start + size));
      const section = [bodies.length, ...[...bodies.slice(0, -1), [0, ...code, 0x0b]].flatMap(withSize)];
      return [...bytes.slice(0, at), codeSection, ...withSize(section), ...bytes.slice(start + size)];
    }
    at = start + size;
  }
}

function bodiesOf(section: number[]): number[][] {
  const bodies: number[][] = [];
  for (let at = 1; at < section.length; ) {
    const [size, start] = readUnsigned(section, at);
    bodies.push(section.slice(start, start + size));
    at = start + size;
  }
  return bodies;
}

const withSize = (bytes: number[]) => [...unsigned(bytes.length), ...bytes];
const constant = (value: number) => [0x41, ...signed(BigInt(value))];

/** Returns the value and the place after it. */
function readUnsigned(bytes: number[], at: number): [number, number] {
  const byte = bytes[at] ?? 0;
  if (byte < 128) return [byte, at + 1];
  const [rest, end] = readUnsigned(bytes, at + 1);
  return [(byte & 127) | (rest << 7), end];
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: bigint): number[] {
  const low = Number(value & 127n);
  const isLast = value >= -64n && value < 64n;
  return isLast ? [low] : [low | 128, ...signed(value >> 7n)];
}
