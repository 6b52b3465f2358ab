import type { ClaimMapping } from './claims.ts';
import { type AccessSettings, isLoopback } from './settings.ts';

export type JwtConfig = {
  /** Exactly one of `secret` and `jwksUrl` is set. */
  secret: string | undefined;
  jwksUrl: string | undefined;
  /** The only accepted algorithm, whatever a token's header names. */
  algorithm: 'HS256' | 'RS256' | 'ES256';
  issuer: string;
  audience: string;
  maxLifetimeSeconds: number;
  mapping: ClaimMapping;
};

export type AccessConfig = {
  /** False only on the loopback: then anyone on this machine may do everything. */
  required: boolean;
  /** Accepted names in `Host`, besides the loopback's. Empty: any name, if authentication is required. */
  allowedHosts: string[];
  corsOrigins: string[];
  /** Number of proxies in front whose `X-Forwarded-For` entries are trusted. */
  trustedProxies: number;
  allowSelfApproval: boolean;
  jwt: JwtConfig | undefined;
  /** Set if the main API verifies tokens. */
  introspection: ClaimMapping | undefined;
  /** Limit per caller; `undefined` means no limit. */
  callsPerMinute: number | undefined;
  authFailuresPerMinute: number;
  auditLogFile: string | undefined;
  tls: { certFile: string; keyFile: string } | undefined;
};

const defaultCallsPerMinute = 1200;

export function accessConfig(settings: AccessSettings, host: string): AccessConfig {
  const required = settings.AUTH === 'required' || !isLoopback(host) || settings.TRUST_PROXY > 0;
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = settings;
  return {
    required,
    allowedHosts: settings.ALLOWED_HOSTS,
    corsOrigins: settings.CORS_ORIGINS,
    trustedProxies: settings.TRUST_PROXY,
    allowSelfApproval: settings.ALLOW_SELF_APPROVAL,
    jwt: jwtConfig(settings),
    introspection: settings.MAIN_API_AUTH ? claimMapping(settings) : undefined,
    callsPerMinute: settings.RATE_LIMIT_PER_MINUTE ?? (required ? defaultCallsPerMinute : undefined),
    authFailuresPerMinute: settings.AUTH_FAILURES_PER_MINUTE,
    auditLogFile: settings.AUDIT_LOG_FILE,
    tls: certFile && keyFile ? { certFile, keyFile } : undefined,
  };
}

/** Returns a line for each setting that contradicts another one. */
export function accessContradictions(settings: AccessSettings): string[] {
  const { JWT_SECRET_KEY: secret, JWKS_URL: url, TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = settings;
  const lines: string[] = [];
  if (secret && url) lines.push('JWKS_URL: JWT_SECRET_KEY is set as well; set only one of them');
  if (secret || url)
    for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE'] as const)
      if (!settings[name]) lines.push(`${name}: is missing; tokens need exactly one issuer and one audience`);
  if (settings.MAIN_API_AUTH && (secret || url))
    lines.push('MAIN_API_AUTH: JWT_SECRET_KEY or JWKS_URL is set as well; set only one of them');
  if (settings.MAIN_API_AUTH && !settings.JWT_TENANT_CLAIM)
    lines.push(
      'JWT_TENANT_CLAIM: is missing; with MAIN_API_AUTH it names the field with the tenant, such as tenantId',
    );
  if (settings.JWT_PERMISSIONS_CLAIM && !settings.JWT_ROLES)
    lines.push('JWT_PERMISSIONS_CLAIM: works only with JWT_ROLES, which says what each permission gives');
  if (settings.JWT_ALGORITHM && !url)
    lines.push('JWT_ALGORITHM: works only with JWKS_URL; with JWT_SECRET_KEY it is always HS256');
  if ((cert === undefined) !== (key === undefined))
    lines.push(
      `${cert ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE'}: is missing; HTTPS needs a certificate and its key`,
    );
  return lines;
}

function jwtConfig(settings: AccessSettings): JwtConfig | undefined {
  const { JWT_SECRET_KEY: secret, JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = settings;
  if ((!secret && !jwksUrl) || !issuer || !audience) return undefined;
  return {
    secret,
    jwksUrl,
    algorithm: secret ? 'HS256' : (settings.JWT_ALGORITHM ?? 'RS256'),
    issuer,
    audience,
    maxLifetimeSeconds: settings.JWT_MAX_LIFETIME_SECONDS,
    mapping: claimMapping(settings),
  };
}

function claimMapping(settings: AccessSettings): ClaimMapping {
  return {
    roleClaim: settings.JWT_ROLE_CLAIM,
    projectsClaim: settings.JWT_PROJECTS_CLAIM,
    permissionsClaim: settings.JWT_PERMISSIONS_CLAIM,
    roleOf: settings.JWT_ROLES,
    tenantClaim: settings.JWT_TENANT_CLAIM,
    tenantProjects: settings.JWT_TENANT_PROJECTS,
  };
}
