import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';

/** Temporary credentials that the engine obtains for each run with its own token; none is stored. */
export const webIdentitySchema = z.strictObject({
  roleArn: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/,
      'not an ARN of an IAM role, such as arn:aws:iam::123456789012:role/deploys',
    ),
  /** Region of the token service. */
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'not an AWS region')
    .default('us-east-1'),
  /** Lifetime of a run's credentials; at most what the role allows. */
  durationSeconds: z.number().int().min(900).max(43_200).default(3600),
});
export type WebIdentity = z.infer<typeof webIdentitySchema>;

/** Source: OpenID Connect Discovery 1.0, section 3; only the fields that AWS, Azure and Google read. */
export const openIdConfigurationSchema = z.object({
  issuer: z.string(),
  jwks_uri: z.string(),
  response_types_supported: z.array(z.string()),
  subject_types_supported: z.array(z.string()),
  id_token_signing_alg_values_supported: z.array(z.string()),
  claims_supported: z.array(z.string()),
});

/** Source: RFC 7517. */
export const jwksSchema = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      kid: z.string(),
      use: z.string(),
      alg: z.string(),
      n: z.string(),
      e: z.string(),
    }),
  ),
});

export const webIdentityEndpoints = {
  openIdConfiguration: endpoint({
    method: 'get',
    path: '/.well-known/openid-configuration',
    operationId: 'getOpenIdConfiguration',
    tag: 'Secrets',
    summary: "OpenID configuration, by which clouds verify this engine's tokens",
    role: 'public',
    status: 200,
    answer: openIdConfigurationSchema,
    problems: ['route_not_found'],
  }),
  webIdentityKeys: endpoint({
    method: 'get',
    path: '/.well-known/jwks.json',
    operationId: 'getWebIdentityKeys',
    tag: 'Secrets',
    summary: "Public keys that verify this engine's tokens",
    role: 'public',
    status: 200,
    answer: jwksSchema,
    problems: ['route_not_found'],
  }),
  rotateWebIdentityKey: endpoint({
    method: 'post',
    path: '/api/admin/web-identity/rotate',
    operationId: 'rotateWebIdentityKey',
    tag: 'Secrets',
    summary: 'Rotate the signing key; the old public key is published until its tokens have expired',
    role: 'admin',
    body: z.strictObject({}),
    status: 200,
    answer: jwksSchema,
    problems: ['invalid_request'],
  }),
} as const satisfies Record<string, Endpoint>;
