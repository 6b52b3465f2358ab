import {
  endpoints,
  signatureHeaders,
  signatureMatches,
  signatureWindowSeconds,
} from '@deployment-engine/contracts';
import type { Request, Router } from 'express';
import type { Context } from '../context.ts';
import { DomainError } from '../domain-error.ts';
import type { RawRequest } from '../http/json-body.ts';
import { route } from '../http/route.ts';
import { engineProtection } from './protection.ts';
import { saveHeartbeat } from './registrations.ts';

/** Where runners say that they live. Signed with the token that gateways and runners share. */
export function runnerRoutes(router: Router, context: Context): void {
  route(router, endpoints.runnerHeartbeat, async ({ body, request }) => {
    requireSignature(request, context.config.runnerToken);
    await saveHeartbeat(context.database.query, body);
    return { status: 'ok' as const };
  });
  route(router, endpoints.protection, () => engineProtection(context));
}

function requireSignature(request: Request, token: string): void {
  const timestamp = request.get(signatureHeaders.timestamp) ?? '';
  const parts = {
    method: request.method,
    path: request.originalUrl,
    timestamp,
    nonce: request.get(signatureHeaders.nonce) ?? '',
    body: (request as RawRequest).rawBody ?? Buffer.alloc(0),
  };
  const ageSeconds = Math.abs(Date.now() / 1000 - Number(timestamp));
  if (
    !(ageSeconds <= signatureWindowSeconds) ||
    !signatureMatches(token, parts, request.get(signatureHeaders.signature) ?? '')
  )
    throw new DomainError('unauthenticated', 'registering a runner: the signature is missing, old or wrong');
}
