import { z } from 'zod';
import { variableNamePattern } from './deploy.ts';

/** Allowed names of a project's own credentials and cloud settings. None refers to a file or a program. */
export const credentialNames = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'ARM_CLIENT_ID',
  'ARM_CLIENT_SECRET',
  'ARM_TENANT_ID',
  'ARM_SUBSCRIPTION_ID',
  'GOOGLE_CREDENTIALS',
  'GOOGLE_OAUTH_ACCESS_TOKEN',
  'GOOGLE_PROJECT',
  'GOOGLE_REGION',
] as const;
export type CredentialName = (typeof credentialNames)[number];

const maxValueCharacters = 65_536;

const secretValueSchema = z
  .union([
    z.string().max(maxValueCharacters),
    z.number(),
    z.boolean(),
    z.array(z.unknown()),
    z.record(z.string(), z.unknown()),
  ])
  .refine(
    (value) => JSON.stringify(value).length <= maxValueCharacters,
    `a secret has at most ${maxValueCharacters} characters`,
  );

/** `null` removes a variable; unnamed ones are kept. */
export const setVariablesRequestSchema = z.strictObject({
  variables: z
    .record(
      z.string().regex(variableNamePattern, 'not a Terraform variable name'),
      secretValueSchema.nullable(),
    )
    .refine((variables) => Object.keys(variables).length > 0, 'names no variable'),
});

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

export const setCredentialsRequestSchema = z
  .strictObject({
    credentials: z
      .partialRecord(z.enum(credentialNames), z.string().min(1).max(maxValueCharacters).nullable())
      .default({}),
    webIdentity: webIdentitySchema.nullable().optional(),
  })
  .superRefine(({ credentials, webIdentity }, context) => {
    if (Object.keys(credentials).length === 0 && webIdentity === undefined)
      context.addIssue({ code: 'custom', path: ['credentials'], message: 'names no credential' });
    const google = credentials.GOOGLE_CREDENTIALS;
    if (google && !isServiceAccount(google))
      context.addIssue({
        code: 'custom',
        path: ['credentials', 'GOOGLE_CREDENTIALS'],
        message: 'must be the JSON key of a service account; other kinds can read files and start programs',
      });
  });

function isServiceAccount(text: string): boolean {
  try {
    return JSON.parse(text)?.type === 'service_account';
  } catch {
    return false;
  }
}

const storedSecretSchema = z.object({
  name: z.string(),
  updatedAt: z.string(),
  /** The caller who set it. */
  updatedBy: z.string(),
});

/** Names of a project's secrets; values are never returned. */
export const projectSecretsSchema = z.object({
  projectId: z.string(),
  variables: z.array(storedSecretSchema),
  credentials: z.array(storedSecretSchema),
  webIdentity: webIdentitySchema.nullable(),
  /** The `sub` claim of the engine's token for this project, for the role's trust policy. */
  webIdentitySubject: z.string(),
  message: z.string(),
});

export type ProjectSecrets = z.infer<typeof projectSecretsSchema>;

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
