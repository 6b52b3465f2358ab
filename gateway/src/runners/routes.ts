import { endpoints } from '@deployment-engine/contracts';
import { NonceMemory, readSignature, signatureMatches } from '@deployment-engine/runner-api';
import { DomainError } from '@deployment-engine/service';
import type { Request, RequestHandler, Router } from 'express';
import type { Context } from '../context.ts';
import { jsonBody, type RawRequest } from '../http/json-body.ts';
import { route } from '../http/route.ts';
import { engineProtection } from './protection.ts';
import { saveHeartbeat } from './registrations.ts';

const maxHeartbeatBytes = 64 * 1024;

/** Receives runners' heartbeats, signed with the token that gateways and runners share. */
export function runnerRoutes(router: Router, context: Context): void {
  const nonces = new NonceMemory();
  route(
    router,
    endpoints.runnerHeartbeat,
    async ({ body, request }) => {
      requireSignature(request, context.config.runnerToken, nonces);
      await saveHeartbeat(context.database.query, body);
      return { status: 'ok' as const };
    },
    [requireSignedHead(nonces), jsonBody(maxHeartbeatBytes)],
  );
  route(router, endpoints.protection, () => engineProtection(context));
}

/** Refuses requests without a fresh signature before their body is read. */
function requireSignedHead(nonces: NonceMemory): RequestHandler {
  return (request, _response, next) => {
    const { timestamp, nonce, signature } = readSignature((name) => request.get(name));
    if (!nonces.isFresh(timestamp) || !nonce || !signature) throw refusal();
    next();
  };
}

function requireSignature(request: Request, token: string, nonces: NonceMemory): void {
  const { timestamp, nonce, signature } = readSignature((name) => request.get(name));
  const body = (request as RawRequest).rawBody ?? Buffer.alloc(0);
  const parts = { method: request.method, path: request.originalUrl, timestamp, nonce, body };
  if (!signatureMatches(token, parts, signature) || !nonces.use(nonce)) throw refusal();
}

function refusal(): DomainError {
  return new DomainError(
    'unauthenticated',
    'registering a runner: the signature is missing, expired, wrong or was used before; check RUNNER_TOKEN and the clocks',
  );
}
