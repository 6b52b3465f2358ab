import { isIP } from 'node:net';
import type { Role } from '@deployment-engine/contracts';
import { type SettingGroup, type SettingValues, settingTypes } from '@deployment-engine/service';
import { z } from 'zod';

const { flag, list, oneOf, text, wholeNumber } = settingTypes;

const roleEntry = /^[^=,]{1,200}=(viewer|deployer|approver|admin)$/;
const claim = z.string().min(1).max(200);

/** Settings on who may call. */
export const accessSettings = {
  title: 'Access',
  settings: {
    AUTH: {
      meaning: '`auto`: callers on the loopback need no key; `required`: every caller needs one',
      type: oneOf('auto', 'required'),
      default: 'auto',
      example: 'required',
    },
    ALLOWED_HOSTS: {
      meaning: "names accepted in the `Host` header, besides the loopback's; with a port, for that port only",
      type: list,
      default: '',
      example: 'engine.example.org',
    },
    CORS_ORIGINS: {
      meaning: 'origins whose pages may call the API, separated by commas',
      type: list.pipe(
        z.array(
          z.string().refine((origin) => URL.canParse(origin) && new URL(origin).origin === origin, {
            error: 'must be origins such as https://console.example.org, separated by commas',
          }),
        ),
      ),
      default: '',
      example: 'https://console.example.org',
    },
    TRUST_PROXY: {
      meaning: 'number of proxies in front whose `X-Forwarded-For` is trusted',
      type: wholeNumber({ minimum: 0, maximum: 10 }),
      default: '0',
      example: '1',
    },
    ALLOW_SELF_APPROVAL: {
      meaning: '`1` lets callers approve jobs that they requested',
      type: flag,
      default: '0',
      example: '1',
    },
    RATE_LIMIT_PER_MINUTE: {
      meaning: 'limit on the calls of one caller per minute',
      type: wholeNumber({ minimum: 1, maximum: 1_000_000 }),
      otherwise: '`1200`; no limit if no key is needed',
      example: '600',
    },
    AUTH_FAILURES_PER_MINUTE: {
      meaning: 'limit on wrong credentials from one address per minute',
      type: wholeNumber({ minimum: 1, maximum: 1_000_000 }),
      default: '20',
      example: '5',
    },
    TLS_CERT_FILE: {
      meaning: 'certificate (PEM, with its chain) for HTTPS; needs `TLS_KEY_FILE`',
      type: text,
      example: '/etc/engine/tls.pem',
    },
    TLS_KEY_FILE: { meaning: 'key of `TLS_CERT_FILE`', type: text, example: '/etc/engine/tls.key' },
    AUDIT_LOG_FILE: {
      meaning: 'file to which the audit log is copied',
      type: text,
      example: '/var/log/engine/audit.jsonl',
    },
  },
} satisfies SettingGroup;

/** Settings on tokens (JWT), which are accepted beside API keys. */
export const tokenSettings = {
  title: 'Tokens (JWT)',
  settings: {
    JWT_SECRET_KEY: {
      meaning: 'secret of at least 32 bytes for tokens with HS256',
      type: z
        .string()
        .refine(
          (secret) => Buffer.byteLength(secret) >= 32,
          'must have at least 32 bytes; make one with: openssl rand -hex 32',
        ),
      example: 'ab'.repeat(32),
      secret: true,
    },
    JWKS_URL: {
      meaning: 'key set for tokens with `JWT_ALGORITHM`; https, except on the loopback',
      type: z.string().refine(isSafeUrl, 'must be an https URL (http only on the loopback)'),
      example: 'https://id.example.org/jwks',
    },
    JWT_ALGORITHM: {
      meaning: '`RS256` or `ES256`; the only one accepted with `JWKS_URL`',
      type: oneOf('RS256', 'ES256'),
      otherwise: '`RS256`',
      example: 'ES256',
    },
    JWT_ISSUER: { meaning: 'the `iss` that tokens must have', type: text, example: 'https://id.example.org' },
    JWT_AUDIENCE: { meaning: 'the `aud` that tokens must have', type: text, example: 'deployment-engine' },
    JWT_MAX_LIFETIME_SECONDS: {
      meaning: 'longest time from `iat` to `exp`, 60 to 3600',
      type: wholeNumber({ of: 'seconds', minimum: 60, maximum: 3600 }),
      unit: 'seconds',
      default: '3600',
      example: '900',
    },
    JWT_ROLE_CLAIM: { meaning: 'claim with the role', type: claim, default: 'role', example: 'engine_role' },
    JWT_PROJECTS_CLAIM: {
      meaning: 'claim with the project patterns',
      type: claim,
      default: 'projects',
      example: 'engine_projects',
    },
    JWT_ROLES: {
      meaning:
        "roles of this engine for values of the role claim and of `JWT_PERMISSIONS_CLAIM`, as `value=role`; the highest counts. Without it the role claim has one of this engine's roles",
      type: list
        .refine((entries) => entries.every((entry) => roleEntry.test(entry)), {
          error:
            'must be entries such as list:deployments=viewer, separated by commas; roles are viewer, deployer, approver, admin',
        })
        .transform((entries) => (entries.length === 0 ? undefined : new Map(entries.map(readRole)))),
      default: '',
      example: 'admin=admin,manage:deployments=deployer,list:deployments=viewer',
    },
    JWT_PERMISSIONS_CLAIM: {
      meaning: 'claim with a list of permissions, for `JWT_ROLES`',
      type: claim,
      example: 'permissions',
    },
    JWT_TENANT_CLAIM: {
      meaning:
        'claim with a tenant, whose projects are `JWT_TENANT_PROJECTS`; it takes the place of the projects claim',
      type: claim,
      example: 'tenantId',
    },
    JWT_TENANT_PROJECTS: {
      meaning: "pattern of a tenant's projects; it ends with `{tenant}.*`",
      type: z
        .string()
        .regex(
          /^[A-Za-z0-9_-]{0,20}\{tenant\}\.\*$/,
          'must be {tenant}.* with at most 20 letters, digits, "_" or "-" before it',
        ),
      default: '{tenant}.*',
      example: 'cmp-{tenant}.*',
    },
    MAIN_API_AUTH: {
      meaning:
        '`1` accepts tokens of the main API: the engine asks it at `{MAIN_API_URL}/api/auth/me` who sends one, see [access](access.md)',
      type: flag,
      default: '0',
      example: '1',
    },
  },
} satisfies SettingGroup;

type AccessTable = { access: typeof accessSettings; tokens: typeof tokenSettings };
/** The parsed values of both groups. */
export type AccessSettings = SettingValues<AccessTable>['access'] & SettingValues<AccessTable>['tokens'];

export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function readRole(entry: string): [string, Role] {
  const [value = '', role] = entry.split('=');
  return [value, role as Role];
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}
