import type { IncomingMessage } from 'node:http';
import { DomainError } from '@deployment-engine/service';
import express from 'express';

/** A request with the bytes its body was parsed from, for checking a signature over them. */
export type RawRequest = IncomingMessage & { rawBody?: Buffer };

export const maxBodyBytes = 16 * 1024 * 1024;
const maxDepth = 64;

/** Parses JSON bodies; refuses those nested so deeply that later code could break on them. */
export function jsonBody(limit = maxBodyBytes) {
  return express.json({
    limit,
    strict: true,
    verify: (request, _response, body) => {
      (request as RawRequest).rawBody = body;
      if (nestingDepth(body) > maxDepth)
        throw new DomainError(
          'invalid_request',
          `reading the body: it is nested deeper than ${maxDepth} levels`,
        );
    },
  });
}

/** Deepest nesting of arrays and objects in JSON text, found without parsing it. */
export function nestingDepth(json: Uint8Array): number {
  const [quote, backslash, openArray, openObject, closeArray, closeObject] = Buffer.from('"\\[{]}');
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (inString) {
      if (byte === backslash) index += 1;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if (byte === openArray || byte === openObject) deepest = Math.max(deepest, ++depth);
    else if (byte === closeArray || byte === closeObject) depth -= 1;
  }
  return deepest;
}
