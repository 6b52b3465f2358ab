import { z } from 'zod';

export const stateVersionSchema = z.object({
  id: z.number().int(),
  serial: z.number().int(),
  lineage: z.string(),
  /** SHA-256 (hex) and size in bytes of the unencrypted state file. */
  sha256: z.string(),
  bytes: z.number().int(),
  resources: z.number().int(),
  /** The job that wrote it; a restored version names the job of the original. */
  jobId: z.string(),
  createdAt: z.string(),
});

export const stateVersionPageSchema = z.object({
  projectId: z.string(),
  /** Newest first. */
  versions: z.array(stateVersionSchema),
  nextCursor: z.string().nullable(),
});

export const stateDiffSchema = z.object({
  projectId: z.string(),
  from: stateVersionSchema,
  to: stateVersionSchema,
  /** Addresses of resource instances. */
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(
    z.object({
      address: z.string(),
      /** Attributes that differ; sensitive values are redacted. */
      attributes: z.array(z.object({ path: z.string(), before: z.unknown(), after: z.unknown() })),
    }),
  ),
});

export const stateRestoredSchema = z.object({
  projectId: z.string(),
  restored: stateVersionSchema,
  /** The new newest version: the restored content under a new serial. */
  version: stateVersionSchema,
  message: z.string(),
});
