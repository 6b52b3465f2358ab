import { z } from 'zod';
import { variableNamePattern } from './code.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { projectParams } from './project.ts';
import { webIdentitySchema } from './web-identity.ts';

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

export const secretEndpoints = {
  secrets: endpoint({
    method: 'get',
    path: '/api/deploy/secrets/{projectId}',
    operationId: 'listSecrets',
    tag: 'Secrets',
    summary: "Names of a project's secret variables and credentials; values are never shown",
    role: 'deployer',
    params: projectParams,
    status: 200,
    answer: projectSecretsSchema,
    problems: ['invalid_request'],
  }),
  setSecretVariables: endpoint({
    method: 'put',
    path: '/api/deploy/secrets/{projectId}/variables',
    operationId: 'setSecretVariables',
    tag: 'Secrets',
    summary: 'Set or remove secret input variables; allowed before the first job',
    role: 'deployer',
    params: projectParams,
    body: setVariablesRequestSchema,
    status: 200,
    answer: projectSecretsSchema,
    problems: ['invalid_request', 'malformed_json'],
  }),
  setCredentials: endpoint({
    method: 'put',
    path: '/api/deploy/secrets/{projectId}/credentials',
    operationId: 'setCredentials',
    tag: 'Secrets',
    summary: "Set or remove a project's own cloud credentials, or the role it assumes by web identity",
    role: 'admin',
    params: projectParams,
    body: setCredentialsRequestSchema,
    status: 200,
    answer: projectSecretsSchema,
    problems: ['invalid_request', 'malformed_json'],
  }),
  rotateSecrets: endpoint({
    method: 'post',
    path: '/api/deploy/secrets/{projectId}/rotate',
    operationId: 'rotateSecrets',
    tag: 'Secrets',
    summary: "Encrypt a project's secrets with a new data key",
    role: 'admin',
    params: projectParams,
    body: z.strictObject({}),
    status: 200,
    answer: projectSecretsSchema,
    problems: ['invalid_request', 'malformed_json'],
  }),
} as const satisfies Record<string, Endpoint>;
