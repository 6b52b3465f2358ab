import { type Endpoint, endpoint } from '../endpoint.ts';
import * as orphan from '../orphan.ts';
import { createProblems, creates, projectParams } from './parts.ts';

const common = { tag: 'Orphans', params: projectParams } as const;

export const orphansEndpoints = {
  orphans: endpoint({
    ...common,
    method: 'get',
    path: '/api/deploy/orphans/{projectId}',
    operationId: 'listOrphans',
    summary:
      'Objects that an interrupted apply may have left without an entry in the state, unresolved ones first',
    role: 'viewer',
    status: 200,
    answer: orphan.orphansSchema,
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
    body: orphan.adoptOrphanSchema,
    problems: [...createProblems, 'project_not_found', 'orphan_not_found', 'orphan_not_adoptable'],
  }),
  deleteOrphans: endpoint({
    ...creates,
    ...common,
    method: 'post',
    path: '/api/deploy/orphans/{projectId}/delete',
    operationId: 'deleteOrphans',
    summary: 'Delete the objects in the cloud, once the plan is approved',
    role: 'deployer',
    body: orphan.deleteOrphansSchema,
    problems: [...createProblems, 'project_not_found', 'orphan_not_found', 'orphan_not_adoptable'],
  }),
  acknowledgeOrphans: endpoint({
    ...common,
    method: 'post',
    path: '/api/deploy/orphans/{projectId}/acknowledge',
    operationId: 'acknowledgeOrphans',
    summary: 'Acknowledge the objects, with a reason, so that they no longer block deploys',
    role: 'approver',
    body: orphan.acknowledgeOrphansSchema,
    status: 200,
    answer: orphan.orphansSchema,
    problems: ['invalid_request', 'malformed_json', 'project_not_found', 'orphan_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
