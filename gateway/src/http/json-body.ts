import type { IncomingMessage } from 'node:http';
import { DomainError } from '@deployment-engine/service';
import express from 'express';

/** A request with the raw bytes of its body, to check a signature over them. */
export type RawRequest = IncomingMessage & { rawBody?: Buffer };

export const maxBodyBytes = 16 * 1024 * 1024;
const maxDepth = 64;

/** Parses JSON bodies. Refuses bodies nested so deeply that recursive code could overflow the stack. */
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

/** Returns the deepest nesting of arrays and objects in JSON text, without parsing it. */
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
