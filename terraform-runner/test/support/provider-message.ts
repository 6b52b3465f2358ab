/** gRPC messages of the plugin protocol that the tests send and receive. */

export function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function numberField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

export function grpcMessage(...fields: Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

/** Encodes a `DynamicValue` that holds a short text, or nothing. */
export function dynamicValue(text: string | null): Buffer {
  return field(
    1,
    text === null
      ? Buffer.from([0xc0])
      : Buffer.concat([Buffer.from([0xa0 + text.length]), Buffer.from(text)]),
  );
}

/** `ApplyResourceChange.Request`. */
export function applyRequest(type: string, prior: string | null, planned: string | null): Buffer {
  return grpcMessage(field(1, type), field(2, dynamicValue(prior)), field(3, dynamicValue(planned)));
}

/** `ApplyResourceChange.Response`, with an error if given. */
export function applyResponse(newState: string | null, error?: string): Buffer {
  const diagnostic = error ? [field(3, Buffer.concat([numberField(1, 1), field(2, error)]))] : [];
  return grpcMessage(field(1, dynamicValue(newState)), field(2, 'private'), ...diagnostic);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
