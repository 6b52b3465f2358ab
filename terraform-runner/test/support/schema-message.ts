/** Builds a message like GetProviderSchema.Response: a provider schema, and a resource schema per name. */
export function schemaMessage(names: string[]): Buffer {
  const entry = (name: string) =>
    field(2, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.alloc(300))]));
  const body = Buffer.concat([field(1, Buffer.from('provider')), ...names.map(entry)]);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

/** Returns the names that are left in a message. */
export function namesIn(message: Buffer): string[] {
  return [...message.toString('latin1').matchAll(/x_[a-z]+/g)].map(([name]) => name);
}

function field(number: number, content: Buffer): Buffer {
  const length =
    content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7];
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
}
