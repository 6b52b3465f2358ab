import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { cursor, limit } from './paging.ts';
import { projectIdSchema, projectParams } from './project.ts';

const versionId = z.coerce.number().int().positive();
export const versionParams = z.object({ projectId: projectIdSchema, version: versionId });

export const projectStateSchema = z.object({
  projectId: z.string(),
  /** Terraform's state as stored; `null` before the first deploy. */
  state: z.record(z.string(), z.unknown()).nullable(),
  message: z.string(),
});

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

export const stateEndpoints = {
  state: endpoint({
    method: 'get',
    path: '/api/deploy/state/{projectId}',
    operationId: 'getState',
    redaction: 'handler',
    tag: 'Projects',
    summary: "A project's Terraform state",
    role: 'admin',
    audited: true,
    params: projectParams,
    status: 200,
    answer: projectStateSchema,
    problems: ['invalid_request', 'project_not_found'],
  }),
  stateVersions: endpoint({
    method: 'get',
    path: '/api/deploy/state/{projectId}/versions',
    operationId: 'listStateVersions',
    tag: 'State',
    summary: 'Stored versions of the state, newest first',
    role: 'viewer',
    params: projectParams,
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: stateVersionPageSchema,
    problems: ['invalid_request', 'project_not_found'],
  }),
  downloadState: endpoint({
    method: 'get',
    path: '/api/deploy/state/{projectId}/versions/{version}',
    operationId: 'downloadStateVersion',
    tag: 'State',
    summary: 'One version of the state, as Terraform wrote it',
    role: 'admin',
    audited: true,
    params: versionParams,
    status: 200,
    answer: 'application/json',
    problems: ['invalid_request', 'project_not_found', 'state_version_not_found'],
  }),
  diffStates: endpoint({
    method: 'get',
    path: '/api/deploy/state/{projectId}/diff',
    operationId: 'diffStateVersions',
    tag: 'State',
    summary: 'Resources added, removed and changed between two versions',
    role: 'viewer',
    params: projectParams,
    query: z.strictObject({ from: versionId, to: versionId }),
    status: 200,
    answer: stateDiffSchema,
    problems: ['invalid_request', 'project_not_found', 'state_version_not_found'],
  }),
  restoreState: endpoint({
    method: 'post',
    path: '/api/deploy/state/{projectId}/versions/{version}/restore',
    operationId: 'restoreStateVersion',
    tag: 'State',
    summary: 'Restore an earlier version of the state under a new serial; only while the project is idle',
    role: 'admin',
    params: versionParams,
    body: z.strictObject({}),
    status: 200,
    answer: stateRestoredSchema,
    problems: [
      'invalid_request',
      'key_limited',
      'project_not_found',
      'state_version_not_found',
      'project_busy',
    ],
  }),
} as const satisfies Record<string, Endpoint>;
