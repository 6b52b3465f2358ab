import { z } from 'zod';
import { type Endpoint, endpoint, roles } from './endpoint.ts';
import { blastRadiusSchema } from './policy/settings.ts';

export const roleSchema = z.enum(roles);
export type Role = z.infer<typeof roleSchema>;

export const projectPatternSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9._*-]{1,64}$/,
    'a project pattern has 1 to 64 letters, digits, ".", "_" or "-"; "*" stands for any text',
  );

/** Identifies a key; not a secret. */
export const keyIdSchema = z.string().regex(/^[0-9a-f]{16}$/, 'a key id has 16 hex digits');

const atMost = z.number().int().min(0).nullable().default(null);

/** Limits on the stacks that a key deploys; such a key deploys nothing but stacks. `null` means no limit. */
export const stackLimitsSchema = z.strictObject({
  /** The only kinds of components, by name; the network is `Foundation`. */
  allowedKinds: z
    .array(z.string().regex(/^[A-Z][A-Za-z0-9]{0,62}$/, 'a kind begins with a capital letter'))
    .max(200)
    .nullable()
    .default(null),
  /** Whether kinds in `kinds/` of the repository are allowed too, where `allowedKinds` is given. */
  repositoryKinds: z.boolean().default(false),
  /** Stacks with components in the key's scope. */
  maxStacks: atMost,
  /** Services, and components without the network, of one stack in one environment. */
  maxServices: atMost,
  maxComponents: atMost,
});
export type StackLimits = z.infer<typeof stackLimitsSchema>;

export const createKeyRequestSchema = z.strictObject({
  /** Display name, for example who or what uses it. */
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}]*$/u, 'has control characters'),
  role: roleSchema,
  /** Projects that the key may access; `*` stands for any text. */
  projects: z.array(projectPatternSchema).min(1).max(100),
  /** Limits on every plan requested with this key, in addition to the project's own. */
  blastRadius: blastRadiusSchema.nullable().default(null),
  stackLimits: stackLimitsSchema.nullable().default(null),
  expiresInDays: z.number().int().min(1).max(366).default(90),
});
export type CreateKeyRequest = z.infer<typeof createKeyRequestSchema>;

export const keySchema = z.object({
  id: keyIdSchema,
  name: z.string(),
  role: roleSchema,
  projects: z.array(z.string()),
  blastRadius: blastRadiusSchema.nullable(),
  stackLimits: stackLimitsSchema.nullable(),
  createdAt: z.string(),
  createdBy: z.string(),
  /** Created while the engine required no credentials: anybody who reached it may have the key. */
  madeWhileOpen: z.boolean(),
  /** `null` for the key created at first start. */
  expiresAt: z.string().nullable(),
  /** Accurate to the minute. */
  lastUsedAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
});
export type Key = z.infer<typeof keySchema>;

export const createdKeySchema = keySchema.extend({
  /** The key itself; returned only here. */
  key: z.string(),
});
export type CreatedKey = z.infer<typeof createdKeySchema>;

export const revokedKeysSchema = z.object({ revoked: z.array(keySchema), message: z.string() });

export const keyListSchema = z.object({ keys: z.array(keySchema) });

export const keyEndpoints = {
  createKey: endpoint({
    method: 'post',
    path: '/api/keys',
    operationId: 'createKey',
    tag: 'Access',
    summary: "Create an API key, which is shown once. It cannot have more permissions than the caller's own",
    role: 'admin',
    scope: 'any',
    body: createKeyRequestSchema,
    status: 201,
    answer: createdKeySchema,
    problems: ['invalid_request', 'malformed_json'],
  }),
  keys: endpoint({
    method: 'get',
    path: '/api/keys',
    operationId: 'listKeys',
    tag: 'Access',
    summary: 'API keys, newest first, without their secrets',
    role: 'admin',
    scope: 'any',
    status: 200,
    answer: keyListSchema,
    problems: [],
  }),
  revokeKey: endpoint({
    method: 'delete',
    path: '/api/keys/{keyId}',
    operationId: 'revokeKey',
    tag: 'Access',
    summary: 'Revoke an API key permanently',
    role: 'admin',
    scope: 'any',
    params: z.object({ keyId: keyIdSchema }),
    status: 200,
    answer: keySchema,
    problems: ['invalid_request', 'key_not_found'],
  }),
  revokeOpenKeys: endpoint({
    method: 'post',
    path: '/api/keys/revoke-made-while-open',
    operationId: 'revokeKeysMadeWhileOpen',
    tag: 'Access',
    summary: "Revoke every key created while the engine required no credentials, except the caller's own",
    role: 'admin',
    status: 200,
    answer: revokedKeysSchema,
    problems: [],
  }),
} as const satisfies Record<string, Endpoint>;
