import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import * as states from '../state-version.ts';
import { cursor, limit, projectParams, versionId, versionParams } from './parts.ts';

export const stateEndpoints = {
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
    answer: states.stateVersionPageSchema,
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
    answer: states.stateDiffSchema,
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
    answer: states.stateRestoredSchema,
    problems: ['invalid_request', 'project_not_found', 'state_version_not_found', 'project_busy'],
  }),
} as const satisfies Record<string, Endpoint>;
