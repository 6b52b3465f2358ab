import { type Endpoint, endpoint } from '../endpoint.ts';
import { createProblems } from '../job/create-job.ts';
import { stackParams } from './names.ts';
import { pipelineAcceptedSchema } from './pipeline.ts';
import {
  applyStackRequestSchema,
  destroyStackRequestSchema,
  driftStackRequestSchema,
  planStackRequestSchema,
  promoteStackRequestSchema,
  remediateStackRequestSchema,
  rollbackStackRequestSchema,
} from './requests.ts';

const shared = {
  tag: 'Stacks',
  scope: 'any',
  status: 200,
} as const;
const creates = {
  ...shared,
  method: 'post',
  role: 'deployer',
  createsJob: true,
  redaction: 'handler',
  params: stackParams,
  status: 202,
  answer: pipelineAcceptedSchema,
} as const;
const refusals = [
  ...createProblems,
  'forbidden',
  'key_limited',
  'payload_too_large',
  'stack_locked',
] as const;
const resolving = [
  ...refusals,
  'stack_invalid',
  'policy_denied',
  'stack_revision_not_found',
  'no_capacity',
  'stack_too_complex',
] as const;

export const startEndpoints = {
  planStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/plan',
    operationId: 'planStack',
    summary: 'Plan a stack, service or component as a whole; what is not known yet is planned as unknown',
    body: planStackRequestSchema,
    problems: [...resolving, 'dependents_remain'],
  }),
  applyStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/apply',
    operationId: 'applyStack',
    summary: 'Deploy a stack, service or component in waves, with one approval over all plans',
    body: applyStackRequestSchema,
    problems: [...resolving, 'dependencies_missing', 'dependents_remain'],
  }),
  destroyStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/destroy',
    operationId: 'destroyStack',
    summary: 'Destroy what a stack, service or component has deployed, dependents first',
    body: destroyStackRequestSchema,
    problems: [...refusals, 'stack_not_found', 'dependents_remain'],
  }),
  rollbackStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/rollback',
    operationId: 'rollbackStack',
    summary: 'Deploy again what an earlier pipeline had deployed',
    body: rollbackStackRequestSchema,
    problems: [...refusals, 'stack_not_found', 'pipeline_not_found', 'dependents_remain'],
  }),
  driftStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/drift',
    operationId: 'checkStackDrift',
    summary: 'Compare what is deployed with the real objects of all components',
    body: driftStackRequestSchema,
    problems: [...refusals, 'stack_not_found'],
  }),
  remediateStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/drift/remediate',
    operationId: 'remediateStackDrift',
    summary: 'Undo drift: deploy again what is deployed, with one approval',
    body: remediateStackRequestSchema,
    problems: [...refusals, 'stack_not_found'],
  }),
  promoteStack: endpoint({
    ...creates,
    path: '/api/stacks/{stack}/promote',
    operationId: 'promoteStack',
    summary: 'Deploy to an environment what another one runs: the same repository and variables',
    body: promoteStackRequestSchema,
    problems: [...resolving, 'stack_not_found', 'promotion_refused'],
  }),
} as const satisfies Record<string, Endpoint>;
