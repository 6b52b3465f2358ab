import type { DynamicValue, JournalEnd } from '@deployment-engine/runner-api';
import { contentOf, grpcHeaderBytes, readFields } from './proto-fields.ts';
import { type Answer, grpcStatus } from './unary-call.ts';

/** Terraform's request to a provider to change one object. */
export type ApplyRequest = {
  type: string;
  action: 'create' | 'update' | 'delete';
  planned: DynamicValue | null;
};

/** Severity of an error in a provider's diagnostics. */
const errorSeverity = 1;

/**
 * Reads `ApplyResourceChange.Request`: type 1, prior state 2, planned state 3. Returns `undefined` if the
 * message is compressed or of another kind. Source: tfplugin5.proto, tfplugin6.proto.
 */
export function readApplyRequest(message: Buffer): ApplyRequest | undefined {
  if (message[0] !== 0) return undefined;
  try {
    const fields = readFields(message.subarray(grpcHeaderBytes));
    const prior = readValue(contentOf(fields, 2));
    const planned = readValue(contentOf(fields, 3));
    const action = prior === null ? 'create' : planned === null ? 'delete' : 'update';
    return { type: contentOf(fields, 1)?.toString('utf8') ?? '', action, planned };
  } catch {
    return undefined;
  }
}

/** Reads `ApplyResourceChange.Response`: new state 1, private 2, diagnostics 3. */
export function readApplyAnswer(
  answer: Answer,
): Pick<JournalEnd, 'newState' | 'private' | 'errors' | 'grpcStatus'> {
  const status = grpcStatus(answer);
  if (status !== 0) return { newState: null, private: null, errors: [], grpcStatus: status };
  const fields = readFields(answer.message.subarray(grpcHeaderBytes));
  const diagnostics = fields.filter(({ number }) => number === 3).map(({ content }) => readFields(content));
  const errors = diagnostics
    .filter((diagnostic) => diagnostic.some(({ number, value }) => number === 1 && value === errorSeverity))
    .map((diagnostic) => ({ summary: textOf(diagnostic, 2), detail: textOf(diagnostic, 3) }));
  return {
    newState: readValue(contentOf(fields, 1)),
    private: contentOf(fields, 2)?.toString('base64') ?? null,
    errors,
    grpcStatus: status,
  };
}

/** Reads `DynamicValue`: MessagePack 1 or JSON 2; `null` if it holds none. */
function readValue(message: Buffer | undefined): DynamicValue | null {
  if (!message) return null;
  const fields = readFields(message);
  const msgpack = contentOf(fields, 1);
  if (msgpack && msgpack.length > 0)
    return isNil(msgpack) ? null : { encoding: 'msgpack', data: msgpack.toString('base64') };
  const json = contentOf(fields, 2)?.toString('utf8') ?? 'null';
  return json.trim() === 'null' ? null : { encoding: 'json', data: json };
}

/** Nil is a single byte in MessagePack. */
function isNil(data: Buffer): boolean {
  return data.length === 1 && data[0] === 0xc0;
}

function textOf(fields: ReturnType<typeof readFields>, number: number): string {
  return contentOf(fields, number)?.toString('utf8') ?? '';
}
