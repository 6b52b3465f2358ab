import { contentOf, grpcHeaderBytes, readFields } from './proto-fields.ts';

/** Fields of GetProviderSchema.Response that map a type's name to its schema. Source: tfplugin5.proto, tfplugin6.proto. */
const schemaMaps = new Set([2, 3, 8]);
/** The same for GetResourceIdentitySchemas.Response. */
const identityMaps = new Set([1]);

/**
 * Trims a gRPC message with schemas to the types that the text names as words. Decoding all schemas of a
 * large provider is most of Terraform's work in a plan: AWS has 1,500 types, code uses a few.
 *
 * Keeps the message whole if the text names a type that this provider does not have, so that Terraform can
 * suggest the right name. Also keeps any message it does not understand.
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

/** Returns the key of a map entry, its field 1. */
function keyOf(entry: Buffer): string {
  return contentOf(readFields(entry), 1)?.toString('utf8') ?? '';
}
