/** Fields of GetProviderSchema.Response that map a type's name to its schema. Source: tfplugin5.proto, tfplugin6.proto. */
const schemaMaps = new Set([2, 3, 8]);
/** Likewise of GetResourceIdentitySchemas.Response. */
const identityMaps = new Set([1]);

/**
 * A gRPC message with schemas, reduced to the types whose names stand in the text as words. Decoding all schemas of a
 * large provider is most of what Terraform does in a plan: AWS has 1,500 types, code uses a few.
 *
 * Where the text names a type of this provider that does not exist, the message stays whole, so that Terraform can say
 * which name was meant. Anything unexpected in the message leaves it as it is.
 */
export function trimSchemas(message: Buffer, text: string, isIdentity: boolean): Buffer {
  try {
    const maps = isIdentity ? identityMaps : schemaMaps;
    const fields = readFields(message.subarray(headerBytes));
    const names = new Set(
      fields.filter((field) => maps.has(field.number)).map(({ content }) => keyOf(content)),
    );
    if (message[0] !== 0 || message.readUInt32BE(1) !== message.length - headerBytes) return message;
    if (!isIdentity && namesUnknownType(text, names)) return message;
    const words = new Set(text.match(/[A-Za-z0-9_-]+/g));
    const kept = fields.filter((field) => !maps.has(field.number) || words.has(keyOf(field.content)));
    const body = Buffer.concat(kept.map((field) => field.raw));
    const header = Buffer.alloc(headerBytes);
    header.writeUInt32BE(body.length, 1);
    return Buffer.concat([header, body]);
  } catch {
    return message;
  }
}

/** gRPC: one byte that tells whether the message is compressed, four with its length. */
const headerBytes = 5;

function namesUnknownType(text: string, names: Set<string>): boolean {
  const prefixes = new Set([...names].map((name) => name.split('_')[0]));
  const labels = text.matchAll(/\b(?:resource|data|ephemeral)\s+"?([A-Za-z0-9_-]+)/g);
  return [...labels].some(([, type = '']) => prefixes.has(type.split('_')[0]) && !names.has(type));
}

type Field = { number: number; content: Buffer; raw: Buffer };

/** The top-level fields of a protobuf message, which all are length-delimited here. */
function readFields(data: Buffer): Field[] {
  const fields: Field[] = [];
  for (let offset = 0; offset < data.length; ) {
    const tag = readVarint(data, offset);
    if ((tag.value & 7) !== 2) throw new Error(`reading a schema: wire type ${tag.value & 7}`);
    const length = readVarint(data, tag.end);
    const end = length.end + length.value;
    if (end > data.length) throw new Error('reading a schema: it ends early');
    fields.push({
      number: tag.value >>> 3,
      content: data.subarray(length.end, end),
      raw: data.subarray(offset, end),
    });
    offset = end;
  }
  return fields;
}

/** The key of a map entry is its field 1. */
function keyOf(entry: Buffer): string {
  return (
    readFields(entry)
      .find((field) => field.number === 1)
      ?.content.toString('utf8') ?? ''
  );
}

function readVarint(data: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let offset = start, shift = 0; offset < data.length && shift < 35; offset++, shift += 7) {
    const byte = data[offset] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, end: offset + 1 };
  }
  throw new Error('reading a schema: a number does not end');
}
