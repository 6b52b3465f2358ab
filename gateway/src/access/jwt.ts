import { DomainError } from '@deployment-engine/service';
import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import { z } from 'zod';
import type { JwtConfig } from './access-config.ts';
import { invalidToken, mapClaims } from './claims.ts';
import type { Principal } from './principal.ts';

const clockToleranceSeconds = 5;
const jwksTimeoutMs = 5000;
const jwksCooldownMs = 30_000;
const jwksMaxAgeMs = 600_000;

const text = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u);

export type VerifyJwt = (token: string) => Promise<Principal>;

/** Verifies tokens with the configured algorithm only (RFC 8725, 3.1). Throws `unauthenticated` for invalid ones. */
export function createJwtVerifier(config: JwtConfig): VerifyJwt {
  const options: JWTVerifyOptions = {
    algorithms: [config.algorithm],
    issuer: config.issuer,
    audience: config.audience,
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
    clockTolerance: clockToleranceSeconds,
    maxTokenAge: config.maxLifetimeSeconds,
  };
  const verify = signatureCheck(config, options);
  return async (token) => {
    const payload = await verify(token).catch((error) => {
      throw refusal(error);
    });
    const lifetime = (payload.exp ?? 0) - (payload.iat ?? 0);
    if (!(lifetime > 0 && lifetime <= config.maxLifetimeSeconds))
      throw invalidToken(`it is valid for longer than ${config.maxLifetimeSeconds} s`);
    return principalOf(payload, config);
  };
}

function signatureCheck(
  config: JwtConfig,
  options: JWTVerifyOptions,
): (token: string) => Promise<JWTPayload> {
  if (config.secret) {
    const key = new TextEncoder().encode(config.secret);
    return async (token) => (await jwtVerify(token, key, options)).payload;
  }
  const keys = createRemoteJWKSet(new URL(config.jwksUrl ?? ''), {
    timeoutDuration: jwksTimeoutMs,
    cooldownDuration: jwksCooldownMs,
    cacheMaxAge: jwksMaxAgeMs,
  });
  return async (token) => (await jwtVerify(token, keys, options)).payload;
}

function principalOf(payload: JWTPayload, config: JwtConfig): Principal {
  const subject = text.safeParse(payload.sub);
  if (!subject.success || !text.safeParse(payload.jti).success)
    throw invalidToken('its sub and jti must be strings of 1 to 200 characters');
  return {
    kind: 'jwt',
    id: `jwt:${subject.data}`,
    name: text.safeParse(payload.name).data ?? subject.data,
    ...mapClaims(payload, config.mapping),
    blastRadius: null,
    stackLimits: null,
  };
}

/** Tells the caller what is wrong with a token, but not why its signature or the key set is wrong. */
function refusal(error: unknown): DomainError {
  if (error instanceof errors.JWTExpired) return invalidToken('it has expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return invalidToken(`its claim ${error.claim} is missing or wrong`);
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
    return invalidToken('its key is not one of the issuer’s');
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && !isKeySetError(error))
    return invalidToken('it is malformed, or its signature or algorithm is wrong');
  return new DomainError(
    'identity_provider_unavailable',
    'checking a token: the keys at JWKS_URL cannot be read now; try again later',
    { cause: error },
  );
}

/** The library reports a key set that is not JSON, or an answer other than 200, as its plain base class. */
function isKeySetError(error: errors.JOSEError): boolean {
  return error.constructor === errors.JOSEError || error instanceof errors.JWKSInvalid;
}
