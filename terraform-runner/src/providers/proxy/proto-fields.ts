/** A protobuf field. `content` is empty unless it is length-delimited; then `value` is 0. */
export type ProtoField = { number: number; content: Buffer; value: number; raw: Buffer };

/** gRPC message prefix: one byte for compression, four for the length. */
export const grpcHeaderBytes = 5;

/**
 * Reads the top-level fields of a protobuf message. Throws if it is malformed.
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export function readFields(data: Buffer): ProtoField[] {
  const fields: ProtoField[] = [];
  for (let offset = 0; offset < data.length; ) {
    const field = readField(data, offset);
    fields.push(field);
    offset += field.raw.length;
  }
  return fields;
}

/** Returns the content of the first field of this number, or `undefined`. */
export function contentOf(fields: ProtoField[], number: number): Buffer | undefined {
  return fields.find((field) => field.number === number)?.content;
}

/** Returns a field of bytes. */
export function lengthDelimited(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function readField(data: Buffer, start: number): ProtoField {
  const tag = readVarint(data, start);
  const number = Math.floor(tag.value / 8);
  const empty = Buffer.alloc(0);
  const bare = (end: number, value: number) => {
    if (end > data.length) throw new Error('reading a protobuf message: it ends early');
    return { number, content: empty, value, raw: data.subarray(start, end) };
  };
  switch (tag.value & 7) {
    case 0: {
      const { value, end } = readVarint(data, tag.end);
      return bare(end, value);
    }
    case 1:
      return bare(tag.end + 8, 0);
    case 5:
      return bare(tag.end + 4, 0);
    case 2: {
      const length = readVarint(data, tag.end);
      const end = length.end + length.value;
      if (end > data.length) throw new Error('reading a protobuf message: it ends early');
      return {
        number,
        content: data.subarray(length.end, end),
        value: 0,
        raw: data.subarray(start, end),
      };
    }
    default:
      throw new Error(`reading a protobuf message: wire type ${tag.value & 7}`);
  }
}

/** Exact up to 2^53; larger numbers lose precision, but no field read here is larger. */
function readVarint(data: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let offset = start, shift = 0; offset < data.length && shift < 70; offset++, shift += 7) {
    const byte = data[offset] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: offset + 1 };
  }
  throw new Error('reading a protobuf message: a number does not end');
}
