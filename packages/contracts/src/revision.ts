import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';
import { fileContentSchema } from './files.ts';
import { jobStatusSchema, jobTypeSchema } from './job.ts';
import { cursor, limit } from './paging.ts';
import { projectIdSchema, projectParams } from './project.ts';

export const revisionParams = z.object({
  projectId: projectIdSchema,
  revision: z.coerce.number().int().positive(),
});

export const historySchema = z.object({
  projectId: z.string(),
  /** Newest first. */
  revisions: z.array(
    z.object({
      revision: z.number().int(),
      digest: z.string(),
      files: z.array(z.string()),
      variableNames: z.array(z.string()),
      createdAt: z.string(),
      jobs: z.array(
        z.object({
          jobId: z.string(),
          type: jobTypeSchema,
          status: jobStatusSchema,
          message: z.string().nullable(),
          startTime: z.string(),
          endTime: z.string().nullable(),
          /** Objects that its apply may have left without a state entry: all, and unresolved ones. */
          orphans: z.object({ found: z.number().int(), unresolved: z.number().int() }),
        }),
      ),
    }),
  ),
  nextCursor: z.string().nullable(),
});

export const revisionCodeSchema = z.object({
  projectId: z.string(),
  revision: z.number().int(),
  /** Digest of the code as uploaded. */
  digest: z.string(),
  createdAt: z.string(),
  variableNames: z.array(z.string()),
  /** Whether secrets in the code are redacted in this response. */
  redacted: z.boolean(),
  /** Path → text, or `{ base64 }` if it is not UTF-8 text. */
  files: z.record(z.string(), fileContentSchema),
});

export const revisionEndpoints = {
  history: endpoint({
    method: 'get',
    path: '/api/deploy/history/{projectId}',
    operationId: 'getHistory',
    tag: 'Projects',
    summary: "A project's revisions and their jobs, newest first",
    role: 'viewer',
    params: projectParams,
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: historySchema,
    problems: ['invalid_request', 'project_not_found'],
  }),
  revisionCode: endpoint({
    method: 'get',
    path: '/api/deploy/history/{projectId}/revisions/{revision}',
    operationId: 'getRevisionCode',
    redaction: 'handler',
    tag: 'Projects',
    summary: 'The code of a revision; secrets in it are redacted unless the caller is an admin',
    role: 'deployer',
    params: revisionParams,
    status: 200,
    answer: revisionCodeSchema,
    problems: ['invalid_request', 'project_not_found', 'revision_not_found'],
  }),
  downloadRevision: endpoint({
    method: 'get',
    path: '/api/deploy/history/{projectId}/revisions/{revision}/archive',
    operationId: 'downloadRevision',
    tag: 'Projects',
    summary: 'The code of a revision as a zip archive',
    role: 'deployer',
    params: revisionParams,
    status: 200,
    answer: 'application/zip',
    problems: ['invalid_request', 'project_not_found', 'revision_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
