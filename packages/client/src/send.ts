import { ApiError, refusal, UnreachableError } from './errors.ts';
import type { CallOptions } from './method.ts';
import type { ApiRequest } from './request.ts';

/** How to reach an engine. */
export type Connection = {
  /** Without a slash at its end. */
  url: string;
  token: string | (() => Promise<string | undefined>) | undefined;
  fetch: typeof fetch;
  timeoutMs: number | undefined;
  events: {
    /** Wait before a second attempt, unless the engine says another; it doubles up to ten seconds. */
    retryMs: number;
    /** A stream without even a heartbeat for this long is resumed. */
    idleMs: number;
    /** After this long without a connection, the stream throws. */
    giveUpMs: number;
  };
};

/** Sends a request and reads its answer. Throws `ApiError`, `UnreachableError`, or the signal's reason. */
export async function send<Answer>(
  connection: Connection,
  request: ApiRequest,
  options: CallOptions,
  read: (response: Response, operation: string) => Promise<Answer>,
): Promise<Answer> {
  const timeout = deadline(connection);
  const signals = [options.signal, timeout.signal].filter((signal) => signal !== undefined);
  try {
    const response = await fetchFrom(connection, request, AbortSignal.any(signals));
    const operation = operationOf(request);
    if (!response.ok) throw await refusal(operation, response);
    return await read(response, operation);
  } catch (error) {
    throw callError(connection, error, options.signal, timeout.signal);
  } finally {
    timeout.clear();
  }
}

export function operationOf({ method, path }: ApiRequest): string {
  return `${method} ${path.replace(/\?.*/, '')}`;
}

export async function fetchFrom(
  { url, token: given, fetch }: Connection,
  { method, path, headers, body }: ApiRequest,
  signal: AbortSignal,
): Promise<Response> {
  const token = typeof given === 'function' ? await tokenOf(given) : given;
  return fetch(`${url}${path}`, {
    method,
    headers: { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) },
    signal,
    ...(body === undefined ? {} : { body }),
  });
}

/** The caller's own function has thrown, so nothing was sent. */
class TokenError extends Error {}

async function tokenOf(ask: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await ask();
  } catch (cause) {
    throw new TokenError('asking for the token', { cause });
  }
}

/** Everything that is neither an answer, the caller's abort nor theirs means that the engine was not reached. */
export function callError(
  { url }: { url: string },
  error: unknown,
  ...signals: (AbortSignal | undefined)[]
): unknown {
  if (error instanceof ApiError || error instanceof UnreachableError) return error;
  if (error instanceof TokenError) return error.cause;
  const aborted = signals.find((signal) => signal?.aborted);
  if (aborted) return aborted.reason;
  return new UnreachableError(url, reasonOf(error), error);
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { message?: string; code?: string }; message?: string };
  return cause?.message || cause?.code || message || String(error);
}

function deadline({ url, timeoutMs }: Connection): { signal: AbortSignal | undefined; clear(): void } {
  if (timeoutMs === undefined) return { signal: undefined, clear: () => undefined };
  const controller = new AbortController();
  const late = () => controller.abort(new UnreachableError(url, `no answer within ${timeoutMs} ms`));
  const timer = setTimeout(late, timeoutMs);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}
