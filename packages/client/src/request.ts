import type { Endpoint } from '@deployment-engine/contracts';
import type { AnyInput } from './method.ts';

export type ApiRequest = {
  method: string;
  /** Path with query, below the engine's address. */
  path: string;
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
};

/** Builds the request of a call. Throws if a parameter of the path is missing. */
export function requestOf(
  endpoint: Endpoint,
  { params = {}, query, body, idempotencyKey }: AnyInput,
): ApiRequest {
  const type = endpoint.bodyType ?? 'application/json';
  return {
    method: endpoint.method.toUpperCase(),
    path: pathOf(endpoint, params) + searchOf(query),
    headers: {
      accept: `${typeof endpoint.answer === 'string' ? endpoint.answer : 'application/json'}, application/problem+json`,
      ...(body === undefined ? {} : { 'content-type': type }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: encode(body) }),
  };
}

function encode(body: unknown): string | Uint8Array<ArrayBuffer> {
  return body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body);
}

function pathOf({ path, operationId }: Endpoint, params: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '')
      throw new TypeError(`calling ${operationId}: the parameter ${name} is missing`);
    return encodeURIComponent(String(value));
  });
}

function searchOf(query: Record<string, unknown> = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(
    Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
  ).toString();
  return text === '' ? '' : `?${text}`;
}
