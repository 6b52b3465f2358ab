import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { projectPolicySettingsSchema } from '../policy.ts';
import * as policy from '../policy-settings.ts';
import { cursor, jobParams, limit, projectParams } from './parts.ts';

const ifVersion = z.strictObject({
  /** Refuses the change where another one was made meanwhile; from the `version` that was read. */
  ifVersion: z.coerce.number().int().min(0).optional(),
});

export const policyEndpoints = {
  policy: endpoint({
    method: 'get',
    path: '/api/deploy/policy/{projectId}',
    operationId: 'getPolicy',
    tag: 'Policy',
    summary: 'The policy that holds for a project, and what it found in the newest job',
    role: 'viewer',
    params: projectParams,
    status: 200,
    answer: policy.projectPolicySchema,
    problems: ['invalid_request'],
  }),
  policySettings: endpoint({
    method: 'get',
    path: '/api/deploy/policy/{projectId}/settings',
    operationId: 'getPolicySettings',
    tag: 'Policy',
    summary: "A project's own policy settings",
    role: 'viewer',
    params: projectParams,
    status: 200,
    answer: policy.policySettingsAnswerSchema,
    problems: ['invalid_request'],
  }),
  setPolicySettings: endpoint({
    method: 'put',
    path: '/api/deploy/policy/{projectId}/settings',
    operationId: 'setPolicySettings',
    tag: 'Policy',
    summary: "Replace a project's policy settings; what weakens them needs an admin",
    role: 'approver',
    params: projectParams,
    query: ifVersion,
    body: projectPolicySettingsSchema,
    status: 200,
    answer: policy.policySettingsAnswerSchema,
    problems: ['invalid_request', 'malformed_json', 'forbidden', 'policy_settings_changed'],
  }),
  removePolicySettings: endpoint({
    method: 'delete',
    path: '/api/deploy/policy/{projectId}/settings',
    operationId: 'removePolicySettings',
    tag: 'Policy',
    summary: "Remove a project's policy settings; the operator's defaults hold again",
    role: 'approver',
    params: projectParams,
    query: ifVersion,
    status: 200,
    answer: policy.policySettingsAnswerSchema,
    problems: ['invalid_request', 'forbidden', 'policy_settings_changed'],
  }),
  policyHistory: endpoint({
    method: 'get',
    path: '/api/deploy/policy/{projectId}/history',
    operationId: 'getPolicyHistory',
    tag: 'Policy',
    summary: "Every version of a project's policy settings, who made it and when, newest first",
    role: 'viewer',
    params: projectParams,
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: policy.policyHistorySchema,
    problems: ['invalid_request'],
  }),
  jobPolicy: endpoint({
    method: 'get',
    path: '/api/deploy/jobs/{jobId}/policy',
    operationId: 'getJobPolicy',
    tag: 'Policy',
    summary: "What was found in a job's code, plan and state after apply",
    role: 'viewer',
    params: jobParams,
    status: 200,
    answer: policy.jobPolicyAnswerSchema,
    problems: ['invalid_request', 'job_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
