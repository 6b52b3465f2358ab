import { contentOf, grpcHeaderBytes, readFields } from './proto-fields.ts';

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
    const fields = readFields(message.subarray(grpcHeaderBytes));
    const names = new Set(
      fields.filter((field) => maps.has(field.number)).map(({ content }) => keyOf(content)),
    );
    if (message[0] !== 0 || message.readUInt32BE(1) !== message.length - grpcHeaderBytes) return message;
    if (!isIdentity && namesUnknownType(text, names)) return message;
    const words = new Set(text.match(/[A-Za-z0-9_-]+/g));
    const kept = fields.filter((field) => !maps.has(field.number) || words.has(keyOf(field.content)));
    const body = Buffer.concat(kept.map((field) => field.raw));
    const header = Buffer.alloc(grpcHeaderBytes);
    header.writeUInt32BE(body.length, 1);
    return Buffer.concat([header, body]);
  } catch {
    return message;
  }
}

function namesUnknownType(text: string, names: Set<string>): boolean {
  const prefixes = new Set([...names].map((name) => name.split('_')[0]));
  const labels = text.matchAll(/\b(?:resource|data|ephemeral)\s+"?([A-Za-z0-9_-]+)/g);
  return [...labels].some(([, type = '']) => prefixes.has(type.split('_')[0]) && !names.has(type));
}

/** The key of a map entry is its field 1. */
function keyOf(entry: Buffer): string {
  return contentOf(readFields(entry), 1)?.toString('utf8') ?? '';
}
