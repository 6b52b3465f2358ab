import * as deploy from '../deploy.ts';
import { driftRequestSchema } from '../drift.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { rollbackRequestSchema } from '../rollback.ts';
import { createProblems, creates, projectParams } from './parts.ts';

export const deployEndpoints = {
  deploy: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy',
    operationId: 'deploy',
    summary: 'Deploy infrastructure from code',
    role: 'deployer',
    body: deploy.deployRequestSchema,
    problems: createProblems,
  }),
  plan: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy/plan',
    operationId: 'plan',
    summary: 'Plan only: show what a deploy of this code would change',
    role: 'deployer',
    body: deploy.planRequestSchema,
    problems: createProblems,
  }),
  destroy: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy/destroy',
    operationId: 'destroy',
    summary: 'Destroy everything a project has deployed',
    role: 'deployer',
    body: deploy.destroyRequestSchema,
    problems: [...createProblems, 'project_not_found'],
  }),
  rollback: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy/rollback',
    operationId: 'rollback',
    summary: 'Deploy an earlier revision with its variables',
    role: 'deployer',
    body: rollbackRequestSchema,
    problems: [...createProblems, 'project_not_found', 'revision_not_found'],
  }),
  checkDrift: endpoint({
    ...creates,
    method: 'post',
    path: '/api/deploy/drift/{projectId}',
    operationId: 'checkDrift',
    summary: 'Compare the real objects with the state',
    role: 'deployer',
    params: projectParams,
    body: driftRequestSchema,
    problems: [...createProblems, 'project_not_found', 'project_not_deployed'],
  }),
} as const satisfies Record<string, Endpoint>;
