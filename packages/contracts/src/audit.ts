import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { problemCodeSchema } from './problem.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits');

export const auditActorSchema = z.object({
  kind: z.enum(['open', 'api_key', 'jwt', 'engine', 'anonymous']),
  /** `key:<id>`, `jwt:<sub>`, `open`, `engine` or `anonymous`. */
  id: z.string(),
  name: z.string(),
  role: z.string().nullable(),
});
export type AuditActor = z.infer<typeof auditActorSchema>;

/** The content of an entry before it is chained. */
export const auditFactsSchema = z.object({
  actor: auditActorSchema,
  /** The operation, by its operationId. */
  action: z.string(),
  project: z.string().nullable(),
  job: z.string().nullable(),
  /** The plan's digest for an approval; otherwise a keyed digest of the body, equal for equal bodies. */
  digest: z.string().nullable(),
  address: z.string().nullable(),
  outcome: z.enum(['ok', 'denied', 'failed']),
  problem: problemCodeSchema.nullable(),
  requestId: z.string().nullable(),
  /** Number of calls in this entry: more than 1 if similar refusals were counted together. */
  count: z.number().int(),
  detail: z.record(z.string(), z.unknown()),
});
export type AuditFacts = z.infer<typeof auditFactsSchema>;

export const auditEntrySchema = auditFactsSchema.extend({
  /** 1, 2, 3, … without a gap. */
  seq: z.number().int().positive(),
  at: z.string(),
  /** `hash` of the previous entry; 64 zeros for the first. */
  previous: hash,
  /** SHA-256 of the canonical JSON of everything but `hash` and `mac`. */
  hash,
  /** HMAC-SHA-256 of `hash` with a key that only the engine has. */
  mac: hash,
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** The newest entry, signed. Stored elsewhere, it proves later that no earlier entry was changed. */
export const auditHeadSchema = z.object({ seq: z.number().int().min(0), hash, at: z.string(), mac: hash });
export type AuditHead = z.infer<typeof auditHeadSchema>;

export const auditFindingSchema = z.object({
  seq: z.number().int(),
  kind: z.enum(['edited', 'missing', 'disordered', 'truncated', 'forged']),
  detail: z.string(),
});
export type AuditFinding = z.infer<typeof auditFindingSchema>;

export const auditVerificationSchema = z.object({
  valid: z.boolean(),
  entries: z.number().int(),
  head: auditHeadSchema,
  /** The first findings. */
  findings: z.array(auditFindingSchema),
});
export type AuditVerification = z.infer<typeof auditVerificationSchema>;

export const auditExportQuerySchema = z.strictObject({
  /** Only entries after this `seq`. */
  cursor: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** Maximum number of entries; by default all. */
  limit: z.coerce.number().int().min(1).max(100_000).optional(),
});

/** A head stored earlier, which the log must still contain. */
export const auditVerifyQuerySchema = z
  .strictObject({
    seq: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    hash: hash.optional(),
    at: z.iso.datetime().optional(),
    mac: hash.optional(),
  })
  .refine(
    (head) =>
      new Set(Object.values(auditHeadSchema.keyof().enum).map((key) => head[key] === undefined)).size === 1,
    'give seq, hash, at and mac of a head, or none of them',
  );

export const firstAuditHash = '0'.repeat(64);

export const auditEndpoints = {
  audit: endpoint({
    method: 'get',
    path: '/api/audit',
    operationId: 'exportAudit',
    tag: 'Audit',
    summary: 'The audit log as JSON lines, oldest first',
    role: 'admin',
    audited: true,
    query: auditExportQuerySchema,
    status: 200,
    answer: 'application/x-ndjson',
    problems: ['invalid_request'],
  }),
  auditHead: endpoint({
    method: 'get',
    path: '/api/audit/head',
    operationId: 'getAuditHead',
    tag: 'Audit',
    summary: 'The newest entry of the audit log, signed. Store it elsewhere to detect truncation later',
    role: 'admin',
    status: 200,
    answer: auditHeadSchema,
    problems: [],
  }),
  verifyAudit: endpoint({
    method: 'get',
    path: '/api/audit/verify',
    operationId: 'verifyAudit',
    tag: 'Audit',
    summary: 'Verify every entry of the audit log, and that it still contains a head stored earlier',
    role: 'admin',
    query: auditVerifyQuerySchema,
    status: 200,
    answer: auditVerificationSchema,
    problems: ['invalid_request'],
  }),
} as const satisfies Record<string, Endpoint>;
