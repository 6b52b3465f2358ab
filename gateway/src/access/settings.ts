import { isIP } from 'node:net';
import { z } from 'zod';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );
const whole = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum, `must be ${minimum} to ${maximum}`));
const claim = (fallback: string) => z.string().min(1).max(200).default(fallback);

/** Settings on who may call. */
export const accessSettings = {
  AUTH: z.enum(['auto', 'required'], { error: 'must be auto or required' }).default('auto'),
  ALLOWED_HOSTS: list,
  CORS_ORIGINS: list.pipe(
    z.array(
      z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, {
        error: 'must be origins such as https://console.example.org, separated by commas',
      }),
    ),
  ),
  TRUST_PROXY: whole(0, 10).default(0),
  ALLOW_SELF_APPROVAL: z.enum(['0', '1'], { error: 'must be 0 or 1' }).default('0'),
  JWT_SECRET_KEY: z
    .string()
    .refine(
      (text) => Buffer.byteLength(text) >= 32,
      'must have at least 32 bytes; make one with: openssl rand -hex 32',
    )
    .optional(),
  JWKS_URL: z.string().refine(isSafeUrl, 'must be an https URL (http only on the loopback)').optional(),
  JWT_ALGORITHM: z.enum(['RS256', 'ES256'], { error: 'must be RS256 or ES256' }).optional(),
  JWT_ISSUER: z.string().min(1).optional(),
  JWT_AUDIENCE: z.string().min(1).optional(),
  JWT_MAX_LIFETIME_SECONDS: whole(60, 3600).default(3600),
  JWT_ROLE_CLAIM: claim('role'),
  JWT_PROJECTS_CLAIM: claim('projects'),
  RATE_LIMIT_PER_MINUTE: whole(1, 1_000_000).optional(),
  AUTH_FAILURES_PER_MINUTE: whole(1, 1_000_000).default(20),
  AUDIT_LOG_FILE: z.string().min(1).optional(),
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
};
type Settings = z.output<z.ZodObject<typeof accessSettings>>;

export type JwtConfig = {
  /** Exactly one of both. */
  secret: string | undefined;
  jwksUrl: string | undefined;
  /** The only one that is accepted, whatever a token's header says. */
  algorithm: 'HS256' | 'RS256' | 'ES256';
  issuer: string;
  audience: string;
  maxLifetimeSeconds: number;
  roleClaim: string;
  projectsClaim: string;
};

export type AccessConfig = {
  /** False only on the loopback: then whoever is on this machine may do everything. */
  required: boolean;
  /** Names in `Host` besides the loopback's; where authentication is required and there are none, any passes. */
  allowedHosts: string[];
  corsOrigins: string[];
  /** Proxies in front, whose forwarded-for entries are believed. */
  trustedProxies: number;
  allowSelfApproval: boolean;
  jwt: JwtConfig | undefined;
  /** Calls of one caller; `undefined` is no limit. */
  callsPerMinute: number | undefined;
  authFailuresPerMinute: number;
  auditLogFile: string | undefined;
  tls: { certFile: string; keyFile: string } | undefined;
};

const defaultCallsPerMinute = 1200;

export function accessConfig(settings: Settings, host: string): AccessConfig {
  const required = settings.AUTH === 'required' || !isLoopback(host) || settings.TRUST_PROXY > 0;
  const { TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = settings;
  return {
    required,
    allowedHosts: settings.ALLOWED_HOSTS,
    corsOrigins: settings.CORS_ORIGINS,
    trustedProxies: settings.TRUST_PROXY,
    allowSelfApproval: settings.ALLOW_SELF_APPROVAL === '1',
    jwt: jwtConfig(settings),
    callsPerMinute: settings.RATE_LIMIT_PER_MINUTE ?? (required ? defaultCallsPerMinute : undefined),
    authFailuresPerMinute: settings.AUTH_FAILURES_PER_MINUTE,
    auditLogFile: settings.AUDIT_LOG_FILE,
    tls: certFile && keyFile ? { certFile, keyFile } : undefined,
  };
}

/** A line for each setting that contradicts another one. */
export function accessContradictions(settings: Settings): string[] {
  const { JWT_SECRET_KEY: secret, JWKS_URL: url, TLS_CERT_FILE: cert, TLS_KEY_FILE: key } = settings;
  const lines: string[] = [];
  if (secret && url)
    lines.push('JWKS_URL: JWT_SECRET_KEY is set as well; tokens are checked in one way only');
  if (secret || url)
    for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE'] as const)
      if (!settings[name])
        lines.push(`${name}: is missing; tokens are accepted of one issuer and for one audience`);
  if (settings.JWT_ALGORITHM && !url)
    lines.push('JWT_ALGORITHM: belongs to JWKS_URL; with JWT_SECRET_KEY it is always HS256');
  if ((cert === undefined) !== (key === undefined))
    lines.push(
      `${cert ? 'TLS_KEY_FILE' : 'TLS_CERT_FILE'}: is missing; HTTPS needs a certificate and its key`,
    );
  return lines;
}

function jwtConfig(settings: Settings): JwtConfig | undefined {
  const { JWT_SECRET_KEY: secret, JWKS_URL: jwksUrl, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = settings;
  if ((!secret && !jwksUrl) || !issuer || !audience) return undefined;
  return {
    secret,
    jwksUrl,
    algorithm: secret ? 'HS256' : (settings.JWT_ALGORITHM ?? 'RS256'),
    issuer,
    audience,
    maxLifetimeSeconds: settings.JWT_MAX_LIFETIME_SECONDS,
    roleClaim: settings.JWT_ROLE_CLAIM,
    projectsClaim: settings.JWT_PROJECTS_CLAIM,
  };
}

export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
