import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { jobParams } from '../job.ts';

/** Levels, most verbose first. Source: https://developer.hashicorp.com/terraform/internals/debugging */
export const terraformLogLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export const terraformLogLevelSchema = z.enum(terraformLogLevels);
export type TerraformLogLevel = z.infer<typeof terraformLogLevelSchema>;

/** Limit per runner that worked on the job; only the end of a longer log is kept. */
export const maxTerraformLogBytes: number = 5 * 1024 * 1024;

/** Enables Terraform's own log; see `GET /api/deploy/jobs/{jobId}/terraform-log`. */
export const askedLog = { terraformLog: terraformLogLevelSchema.optional() };

export const terraformLogEndpoints = {
  jobTerraformLog: endpoint({
    method: 'get',
    path: '/api/deploy/jobs/{jobId}/terraform-log',
    operationId: 'getJobTerraformLog',
    tag: 'Jobs',
    summary: "Terraform's own log of a job started with terraformLog; known secrets are redacted",
    role: 'admin',
    params: jobParams,
    status: 200,
    answer: 'text/plain',
    problems: ['invalid_request', 'job_not_found', 'terraform_log_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
