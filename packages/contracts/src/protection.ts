import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';

/** What isolates code from the runner's machine and network, and what is not protected, one sentence each. */
export const protectionSchema = z.object({
  mode: z.enum(['bwrap', 'limits', 'none', 'off']),
  network: z.enum(['proxy', 'open', 'none']),
  unprotected: z.array(z.string()),
});
export type Protection = z.infer<typeof protectionSchema>;

/** Providers that a runner keeps started for jobs to come. */
export const warmProvidersSchema = z.object({
  /** How many it keeps, and how many are ready now. */
  wanted: z.number().int(),
  ready: z.number().int(),
  /** Jobs that took one over, and jobs that found none, since the runner's start. */
  hits: z.number().int(),
  misses: z.number().int(),
  /** Resident memory of those that are ready. */
  memoryBytes: z.number(),
});

export type WarmProviderFacts = z.infer<typeof warmProvidersSchema>;

/** A runner as seen by a gateway. */
export const runnerStatusSchema = z.object({
  url: z.string(),
  /** Why it cannot be used; `null` while it answers. */
  problem: z.string().nullable(),
  terraform: z.object({ product: z.string(), version: z.string() }).nullable(),
  providerMirror: z.boolean().nullable(),
  freeDiskBytes: z.number().nullable(),
  warmProviders: warmProvidersSchema.nullable(),
  protection: protectionSchema.nullable(),
});
export type RunnerStatus = z.infer<typeof runnerStatusSchema>;

/** What this engine protects and what it does not. */
export const engineProtectionSchema = z.object({
  gateway: z.object({
    /** Address the API listens on. */
    host: z.string(),
    authentication: z.enum(['open', 'required']),
    database: z.object({ kind: z.enum(['embedded', 'postgres']), problem: z.string().nullable() }),
    /** Free space for the gateway's own data, in bytes. */
    freeDiskBytes: z.number(),
  }),
  runners: z.array(runnerStatusSchema),
  /** Everything unprotected or broken, one sentence each; empty is good. */
  findings: z.array(z.string()),
});
export type EngineProtection = z.infer<typeof engineProtectionSchema>;

export const protectionEndpoints = {
  protection: endpoint({
    method: 'get',
    path: '/api/admin/protection',
    operationId: 'getProtection',
    tag: 'Admin',
    summary: 'What is protected and what is not: sandbox and network of each runner, authentication',
    role: 'admin',
    status: 200,
    answer: engineProtectionSchema,
    problems: [],
  }),
} as const satisfies Record<string, Endpoint>;
