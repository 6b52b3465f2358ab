import { DomainError } from '@deployment-engine/service';
import type { Context } from '../../../context.ts';

/** Returns where and how clouds verify this engine's tokens. Source: OpenID Connect Discovery 1.0, section 3. */
export function openIdConfiguration({ config }: Context) {
  const issuer = config.oidcIssuerUrl;
  if (!issuer)
    throw new DomainError('route_not_found', 'this engine issues no tokens: OIDC_ISSUER_URL is not set');
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claims_supported: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti', 'job_id'],
  };
}
