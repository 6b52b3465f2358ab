import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { projectPatternSchema } from '../key.ts';
import { cursor, limit } from '../paging.ts';
import { webIdentitySchema } from '../web-identity.ts';
import { cloudProviders } from './record.ts';

/** The `cloud_account_id` of deployments that get the credentials. */
export const cloudAccountIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
    'the id of a stored cloud account has 1 to 100 letters, digits, ".", "_" or "-"',
  )
  .meta({ example: 'shop-production' });

const plain = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x21-\x7e]+$/, 'has spaces or other characters than ASCII');
/** Shorter values would not be redacted everywhere. */
const secret = z
  .string()
  .min(16, 'has fewer than 16 characters, so it could not be redacted')
  .max(8192)
  .regex(/^[\x21-\x7e]+$/, 'has spaces or other characters than ASCII');
const uuid = z.guid('is not a UUID');
const { roleArn: role_arn, region: sts_region, durationSeconds: duration_seconds } = webIdentitySchema.shape;
const googleProject = z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'is not the id of a project');
const inAzure = { tenant_id: uuid, subscription_id: uuid, client_id: uuid };

const serviceAccountKey = z
  .string()
  .max(16_384)
  .refine(
    isGoogleKey,
    'must be the JSON key of a service account whose token_uri is https://oauth2.googleapis.com/token; other kinds can read files, start programs and send credentials elsewhere',
  );

/** What opens an account. The kinds `aws_role`, `azure_federated` and `gcp_federated` hold no secret: the engine signs a token. */
export const accountCredentialsSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('aws_access_key'),
    access_key_id: plain,
    secret_access_key: secret,
    session_token: secret.optional(),
  }),
  z.strictObject({ kind: z.literal('aws_role'), role_arn, sts_region, duration_seconds }),
  z.strictObject({ kind: z.literal('azure_client_secret'), ...inAzure, client_secret: secret }),
  z.strictObject({ kind: z.literal('azure_federated'), ...inAzure }),
  z.strictObject({
    kind: z.literal('gcp_service_account_key'),
    service_account_key: serviceAccountKey,
    project: googleProject.optional(),
  }),
  z.strictObject({
    kind: z.literal('gcp_federated'),
    project: googleProject,
    workload_identity_provider: z
      .string()
      .regex(
        /^projects\/\d{1,20}\/locations\/global\/workloadIdentityPools\/[a-z0-9-]{4,32}\/providers\/[a-z0-9-]{4,32}$/,
        'is not the name of a provider of a workload identity pool: projects/1/locations/global/workloadIdentityPools/pool/providers/engine',
      ),
    /** Acts as this service account; without it, the pool's identity has rights of its own. */
    service_account: z
      .string()
      .max(200)
      .regex(
        /^[a-z0-9-]+@[a-z0-9.-]+\.gserviceaccount\.com$/,
        'is not the e-mail address of a service account',
      )
      .optional(),
  }),
]);
export type AccountCredentials = z.infer<typeof accountCredentialsSchema>;
export type AccountKind = AccountCredentials['kind'];

function isGoogleKey(text: string): boolean {
  try {
    const key: unknown = JSON.parse(text);
    if (typeof key !== 'object' || key === null) return false;
    const { type, token_uri, universe_domain, private_key } = key as Record<string, unknown>;
    return (
      type === 'service_account' &&
      typeof private_key === 'string' &&
      private_key.length >= 16 &&
      (token_uri === undefined || token_uri === 'https://oauth2.googleapis.com/token') &&
      (universe_domain === undefined || universe_domain === 'googleapis.com')
    );
  } catch {
    return false;
  }
}

const region = z.string().regex(/^[a-z][a-z0-9-]{1,40}$/, 'is no region, such as eu-west-1 or westeurope');

export const storeAccountSchema = z
  .strictObject({
    credentials: accountCredentialsSchema,
    /** Regions that deployments with these credentials may use; `null` allows all. */
    regions: z.array(region).min(1).max(100).nullable().default(null),
    /** Where code names no region; by default the first of `regions`. */
    default_region: region.optional(),
  })
  .refine(({ regions, default_region: one }) => !regions || !one || regions.includes(one), {
    path: ['default_region'],
    message: 'is not one of regions',
  });
export type StoreAccount = z.infer<typeof storeAccountSchema>;

const time = z.iso.datetime();
const cloudAccountSchema = z.object({
  cloud_account_id: cloudAccountIdSchema,
  /** Pattern of projects whose deployments may use it. */
  tenant: projectPatternSchema,
  provider: z.enum(cloudProviders),
  kind: z.enum(accountCredentialsSchema.options.map((option) => option.shape.kind.value)),
  /** Names of what is stored; values are never shown. */
  fields: z.array(z.string()),
  regions: z.array(z.string()).nullable(),
  default_region: z.string().nullable(),
  /** The `sub` claim of the engine's token, for the trust policy of the cloud; `null` for stored keys. */
  web_identity_subject: z.string().nullable(),
  created_by: z.string(),
  created_at: time,
  updated_by: z.string(),
  updated_at: time,
});
export type CloudAccount = z.infer<typeof cloudAccountSchema>;

const params = z.object({ cloudAccountId: cloudAccountIdSchema });
const query = z.strictObject({
  /** Pattern of the tenant's projects, which ends with `*`; by default the one that the caller's deployments get. */
  tenant: projectPatternSchema
    .regex(/^[^*]*\*$/, 'is no pattern that ends with *, such as acme.*')
    .optional(),
});
const tag = 'Deployments';

export const cloudAccountEndpoints = {
  storeCloudAccount: endpoint({
    method: 'put',
    path: '/api/cloud-accounts/{cloudAccountId}',
    operationId: 'storeCloudAccount',
    tag,
    summary: 'Store or replace the credentials of a cloud account; deployments that name its id get them',
    role: 'admin',
    scope: 'any',
    params,
    query,
    body: storeAccountSchema,
    status: 200,
    answer: cloudAccountSchema,
    problems: ['invalid_request', 'forbidden', 'cloud_account_in_use'],
  }),
  cloudAccounts: endpoint({
    method: 'get',
    path: '/api/cloud-accounts',
    operationId: 'listCloudAccounts',
    tag,
    summary: 'Cloud accounts with stored credentials, newest first; values are never shown',
    role: 'deployer',
    scope: 'any',
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: z.object({ cloud_accounts: z.array(cloudAccountSchema), next_cursor: z.string().nullable() }),
    problems: ['invalid_request'],
  }),
  cloudAccount: endpoint({
    method: 'get',
    path: '/api/cloud-accounts/{cloudAccountId}',
    operationId: 'getCloudAccount',
    tag,
    summary: 'A cloud account: provider, regions, names of its fields, who stored it',
    role: 'deployer',
    scope: 'any',
    params,
    query,
    status: 200,
    answer: cloudAccountSchema,
    problems: ['invalid_request', 'cloud_account_not_found'],
  }),
  removeCloudAccount: endpoint({
    method: 'delete',
    path: '/api/cloud-accounts/{cloudAccountId}',
    operationId: 'deleteCloudAccount',
    tag,
    summary: 'Delete the credentials of a cloud account; refused while a deployment uses them',
    role: 'admin',
    scope: 'any',
    params,
    query,
    status: 200,
    answer: z.object({ cloud_account_id: cloudAccountIdSchema, message: z.string() }),
    problems: ['invalid_request', 'cloud_account_not_found', 'cloud_account_in_use'],
  }),
} as const satisfies Record<string, Endpoint>;
