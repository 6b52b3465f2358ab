import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { createProblems, creates } from './job/create-job.ts';
import { projectParams } from './project.ts';

/**
 * - `unresolved`: the object may exist without an entry in the state.
 * - `adopted`: it is in the state.
 * - `absent`: a read did not find it, or the provider was never asked to create it.
 * - `deleted`: the engine has deleted it.
 * - `acknowledged`: a person has decided what becomes of it.
 */
export const orphanStatuses = ['unresolved', 'adopted', 'absent', 'deleted', 'acknowledged'] as const;

export type OrphanStatus = (typeof orphanStatuses)[number];

/** Source of an object's id: the provider's answer to the engine's own create, a search, or a person. */
export const orphanSources = ['journal', 'search', 'person'] as const;
export type OrphanSource = (typeof orphanSources)[number];

/** An object that an apply may have created but did not record. */
export const orphanSchema = z.object({
  id: z.string(),
  jobId: z.string(),
  /** `null` if the object matches no planned resource. */
  address: z.string().nullable(),
  type: z.string(),
  since: z.string(),
  reason: z.string(),
  /** Whether its creation is known to have begun. */
  started: z.boolean(),
  status: z.enum(orphanStatuses),
  objectId: z.string().nullable(),
  source: z.enum(orphanSources).nullable(),
  /** Ids of objects found by a search that may be this one. */
  candidates: z.array(z.string()),
  /** Result of the last search; `null` before the first. */
  search: z.string().nullable(),
  resolvedAt: z.string().nullable(),
  resolvedBy: z.string().nullable(),
  resolution: z.string().nullable(),
});
export type Orphan = z.infer<typeof orphanSchema>;

export const orphansSchema = z.object({
  projectId: z.string(),
  unresolved: z.number().int(),
  orphans: z.array(orphanSchema),
});

const orphanId = z.string().regex(/^orphan-[a-z0-9]{16}$/, 'an orphan id looks like orphan-0123456789abcdef');

export const adoptOrphanSchema = z.strictObject({
  orphanId,
  /** The object's id for `terraform import`; by default the one that the engine knows. */
  objectId: z.string().min(1).max(2048).optional(),
});
export const deleteOrphansSchema = z.strictObject({
  orphanIds: z.array(orphanId).min(1).max(100),
  /** The object's id if the engine does not know it; only with one orphan. */
  objectId: z.string().min(1).max(2048).optional(),
});
export const acknowledgeOrphansSchema = z.strictObject({
  orphanIds: z.array(orphanId).min(1).max(500),
  /** What becomes of the objects; stored in the audit log. */
  reason: z.string().trim().min(3).max(1000),
});

const common = { tag: 'Orphans', params: projectParams } as const;

export const orphanEndpoints = {
  orphans: endpoint({
    ...common,
    method: 'get',
    path: '/api/deploy/orphans/{projectId}',
    operationId: 'listOrphans',
    summary:
      'Objects that an interrupted apply may have left without an entry in the state, unresolved ones first',
    role: 'viewer',
    status: 200,
    answer: orphansSchema,
    problems: ['invalid_request', 'project_not_found'],
  }),
  adoptOrphan: endpoint({
    ...creates,
    ...common,
    method: 'post',
    path: '/api/deploy/orphans/{projectId}/adopt',
    operationId: 'adoptOrphan',
    summary: 'Import the object by a deploy of the current revision, once its plan is approved',
    role: 'deployer',
    body: adoptOrphanSchema,
    problems: [
      'key_limited',
      ...createProblems,
      'project_not_found',
      'orphan_not_found',
      'orphan_not_adoptable',
    ],
  }),
  deleteOrphans: endpoint({
    ...creates,
    ...common,
    method: 'post',
    path: '/api/deploy/orphans/{projectId}/delete',
    operationId: 'deleteOrphans',
    summary: 'Delete the objects in the cloud, once the plan is approved',
    role: 'deployer',
    body: deleteOrphansSchema,
    problems: [
      'key_limited',
      ...createProblems,
      'project_not_found',
      'orphan_not_found',
      'orphan_not_adoptable',
    ],
  }),
  acknowledgeOrphans: endpoint({
    ...common,
    method: 'post',
    path: '/api/deploy/orphans/{projectId}/acknowledge',
    operationId: 'acknowledgeOrphans',
    summary: 'Acknowledge the objects, with a reason, so that they no longer block deploys',
    role: 'approver',
    body: acknowledgeOrphansSchema,
    status: 200,
    answer: orphansSchema,
    problems: ['invalid_request', 'malformed_json', 'project_not_found', 'orphan_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
