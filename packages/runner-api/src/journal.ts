import { z } from 'zod';

/** A value exchanged by Terraform and a provider: base64 of MessagePack, or JSON text. */
export const dynamicValueSchema = z.object({
  encoding: z.enum(['msgpack', 'json']),
  data: z.string(),
});
export type DynamicValue = z.infer<typeof dynamicValueSchema>;

export const applyActions = ['create', 'update', 'delete'] as const;

/**
 * Record of an apply call by the engine's proxy in front of a provider. `begin` is on disk before the
 * provider gets the call, `end` before Terraform gets the answer. A `begin` without an `end` means that the
 * outcome is unknown.
 */
export const journalRecordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('begin'),
    /** The same in both records of a call; unique within a job. */
    id: z.string(),
    at: z.string(),
    /** The provider's address, for example `registry.terraform.io/hashicorp/aws`. */
    provider: z.string(),
    type: z.string(),
    action: z.enum(applyActions),
    /** The planned object; `null` for a delete. */
    planned: dynamicValueSchema.nullable(),
  }),
  z.object({
    kind: z.literal('end'),
    id: z.string(),
    at: z.string(),
    /** The object in the provider's answer, which Terraform writes to its state; `null` if none. */
    newState: dynamicValueSchema.nullable(),
    /** The provider's private data for the object, as base64. */
    private: z.string().nullable(),
    schemaVersion: z.number().int(),
    errors: z.array(z.object({ summary: z.string(), detail: z.string() })),
    /** gRPC status; 0 is success. Source: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
    grpcStatus: z.number().int(),
    /** Whether the provider had been told to stop before it answered. */
    stopped: z.boolean(),
  }),
]);
export type JournalRecord = z.infer<typeof journalRecordSchema>;
export type JournalBegin = Extract<JournalRecord, { kind: 'begin' }>;
export type JournalEnd = Extract<JournalRecord, { kind: 'end' }>;
