import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { decode, encode } from '@msgpack/msgpack';
import { forward, withoutConnection } from './forward.ts';
import { contentOf, grpcHeaderBytes, lengthDelimited, readFields } from './proto-fields.ts';
import type { TakeOver } from './proxy-settings.ts';
import { call, ownAnswer, readRequest, reply } from './unary-call.ts';
import type { Upstream } from './upstream.ts';

const invalidArgument = 3;
/** Number of the field with the configuration. Source: tfplugin5.proto, tfplugin6.proto. */
const configField = 2;
const msgpackField = 1;

export function isConfigure(headers: IncomingHttpHeaders): boolean {
  return /^\/tfplugin(5\.Provider\/Configure|6\.Provider\/ConfigureProvider)$/.test(headers[':path'] ?? '');
}

/** Passes on Terraform's configuration; that of a spare is completed with what its job brought. */
export function configure(
  upstream: Upstream,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  takeOver: TakeOver | undefined,
): void {
  if (takeOver)
    complete(upstream, stream, headers, takeOver).catch(() => stream.destroyed || stream.close(2));
  else forward(upstream.session, stream, headers);
}

async function complete(
  { session }: Upstream,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  takeOver: TakeOver,
): Promise<void> {
  const message = completed(await readRequest(stream), takeOver);
  if (!message) return reply(stream, ownAnswer(unreadable));
  reply(stream, await call(session, headers[':path'] ?? '', message, withoutConnection(headers)));
}

/** Returns the request with the job's values where the code gives none; `undefined` if it is of another kind. */
export function completed(message: Buffer, { values, defaultTags }: TakeOver): Buffer | undefined {
  if (message[0] !== 0) return undefined;
  try {
    const fields = readFields(message.subarray(grpcHeaderBytes));
    const packed = contentOf(readFields(contentOf(fields, configField) ?? Buffer.alloc(0)), msgpackField);
    if (!packed) return undefined;
    const config = decode(packed, { useBigInt64: true }) as Record<string, unknown>;
    for (const [name, value] of Object.entries(values)) config[name] ??= value;
    if (Object.keys(defaultTags).length > 0 && isEmpty(config.default_tags))
      config.default_tags = [{ tags: defaultTags }];
    const value = lengthDelimited(msgpackField, Buffer.from(encode(config, { useBigInt64: true })));
    const others = fields.filter(({ number }) => number !== configField).map(({ raw }) => raw);
    return framed(Buffer.concat([...others, lengthDelimited(configField, value)]));
  } catch {
    return undefined;
  }
}

function isEmpty(block: unknown): boolean {
  return block === null || block === undefined || (Array.isArray(block) && block.length === 0);
}

function framed(body: Buffer): Buffer {
  const header = Buffer.alloc(grpcHeaderBytes);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}

const unreadable = {
  status: invalidArgument,
  message:
    'configuring: the engine could not read the configuration that Terraform sent, so the provider did not get it',
};
