import { z } from 'zod';
import { variablesSchema } from '../code.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { filesSchema } from '../files.ts';
import { cursor } from '../paging.ts';
import {
  attemptSchema,
  cloudProviders,
  deploymentIdSchema,
  foreignIdSchema,
  recordSchema,
  recordStatuses,
  recordSummarySchema,
  templateTypes,
} from './record.ts';
import { templateCodeSchema, templateIdSchema } from './template.ts';

const name = z.string().min(1).max(100);
const description = z.string().max(1000).nullable();
const parameters = z.record(z.string().min(1).max(255), z.unknown());
const message = z.string().max(500);

/** Where the template comes from: one of them. */
const source = {
  template_code: templateCodeSchema.optional(),
  /** Terraform code as several files, instead of one text. */
  template_files: filesSchema.optional(),
  template_url: z
    .url({ protocol: /^https$/, error: 'it is not an https address' })
    .max(2000)
    .optional(),
  template_id: templateIdSchema.optional(),
  /** With `template_id`; default: the newest. */
  template_version: z.number().int().positive().optional(),
};
/** A bucket of the account, from which CloudFormation reads a template that is too large for a request. */
const bucket = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'it is not the name of a bucket')
  .nullable();
type Sources = { [Name in keyof typeof source]?: unknown };
const sourceNames = ['template_code', 'template_files', 'template_url', 'template_id'] as const;

/** Names the given sources of a template. */
export function givenSources(body: Sources): string[] {
  return sourceNames.filter((one) => body[one] !== undefined);
}

type Refinement = { addIssue(issue: { code: 'custom'; path: string[]; message: string }): void };

function requireFewerThanTwo(body: Sources, context: Refinement): void {
  const given = givenSources(body);
  if (given.length > 1)
    context.addIssue({
      code: 'custom',
      path: [given[1] ?? ''],
      message: `${given[0]} is given, too; give one`,
    });
  if (body.template_version !== undefined && body.template_id === undefined)
    context.addIssue({
      code: 'custom',
      path: ['template_version'],
      message: 'it is the version of a stored template; give template_id',
    });
}

/** Types of templates that only one cloud reads. */
const cloudOf: Readonly<Partial<Record<string, string>>> = { cloudformation: 'aws', arm: 'azure' };

export const createDeploymentSchema = z
  .strictObject({
    name,
    description: description.default(null),
    provider: z.enum(cloudProviders),
    cloud_account_id: foreignIdSchema,
    environment_id: foreignIdSchema,
    template_type: z.enum(templateTypes),
    ...source,
    template_bucket: bucket.default(null),
    parameters: parameters.default({}),
    /** Variables of Terraform code; the same as `parameters`, and stronger. */
    variables: variablesSchema.default({}),
    /** Plans only: nothing is deployed. */
    is_dry_run: z.boolean().default(false),
    /** False stops each run until somebody approves its plan. */
    auto_approve: z.boolean().default(false),
    message: message.optional(),
  })
  .superRefine((body, context) => {
    requireFewerThanTwo(body, context);
    const cloud = cloudOf[body.template_type] ?? body.provider;
    if (cloud !== body.provider)
      context.addIssue({
        code: 'custom',
        path: ['provider'],
        message: `a template of the type ${body.template_type} is for the provider ${cloud}`,
      });
    if (givenSources(body).length === 0)
      context.addIssue({
        code: 'custom',
        path: ['template_code'],
        message: `no template is given; give one of ${sourceNames.join(', ')}`,
      });
  });
export type CreateDeployment = z.infer<typeof createDeploymentSchema>;

const changeable = {
  name: name.optional(),
  description: description.optional(),
  ...source,
  template_bucket: bucket.optional(),
  parameters: parameters.optional(),
  variables: variablesSchema.optional(),
  is_dry_run: z.boolean().optional(),
  auto_approve: z.boolean().optional(),
  message: message.optional(),
};

/** Cancelling changes nothing else, and does not keep silent about it. */
function refuseChangeWithCancel(
  body: { status?: string | undefined } & { [Name in keyof typeof changeable]?: unknown },
  context: Refinement,
): void {
  if (body.status !== 'cancelled') return;
  for (const field of Object.keys(changeable) as (keyof typeof changeable)[])
    if (body[field] !== undefined)
      context.addIssue({
        code: 'custom',
        path: [field],
        message: 'a request that cancels changes nothing else; send it in a request of its own',
      });
}

export const updateDeploymentSchema = z
  .strictObject({
    ...changeable,
    /** Only `cancelled` is taken: what a deployment has come to, the engine observes. */
    status: z.string().max(100).optional(),
    outputs: z.unknown().optional(),
    resources: z.unknown().optional(),
    logs: z.unknown().optional(),
    error_message: z.unknown().optional(),
    error_details: z.unknown().optional(),
    completed_at: z.unknown().optional(),
  })
  .superRefine(requireFewerThanTwo)
  .superRefine(refuseChangeWithCancel);
export type UpdateDeployment = z.infer<typeof updateDeploymentSchema>;

export const deploymentsQuerySchema = z.strictObject({
  environment_id: foreignIdSchema.optional(),
  cloud_account_id: foreignIdSchema.optional(),
  status: z.enum(recordStatuses).optional(),
  provider: z.enum(cloudProviders).optional(),
  template_type: z.enum(templateTypes).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(100),
  /** Rows to leave out; `cursor` is faster, and misses none while others are created. */
  offset: z.coerce.number().int().min(0).max(100_000).default(0),
  cursor,
});
export type DeploymentsQuery = z.infer<typeof deploymentsQuerySchema>;

const params = z.object({ deploymentId: deploymentIdSchema });
const tag = 'Deployments';
const sourceProblems = ['template_not_found', 'template_refused', 'template_unreachable'] as const;

export const deploymentEndpoints = {
  createDeployment: endpoint({
    method: 'post',
    path: '/api/deployments',
    operationId: 'createDeployment',
    tag,
    summary: 'Deploy a template',
    role: 'deployer',
    scope: 'any',
    body: createDeploymentSchema,
    createsJob: true,
    redaction: 'handler',
    status: 202,
    answer: recordSchema,
    problems: ['invalid_request', 'forbidden', 'key_limited', 'idempotency_key_reused', ...sourceProblems],
  }),
  deployments: endpoint({
    method: 'get',
    path: '/api/deployments',
    operationId: 'listDeployments',
    tag,
    summary: 'Deployments, newest first',
    role: 'viewer',
    scope: 'any',
    query: deploymentsQuerySchema,
    redaction: 'handler',
    status: 200,
    answer: z.object({ deployments: z.array(recordSummarySchema), next_cursor: z.string().nullable() }),
    problems: ['invalid_request'],
  }),
  deployment: endpoint({
    method: 'get',
    path: '/api/deployments/{deploymentId}',
    operationId: 'getDeployment',
    tag,
    summary: 'A deployment with its outputs and resources',
    role: 'viewer',
    scope: 'any',
    params,
    redaction: 'handler',
    status: 200,
    answer: recordSchema,
    problems: ['invalid_request', 'deployment_not_found'],
  }),
  updateDeployment: endpoint({
    method: 'put',
    path: '/api/deployments/{deploymentId}',
    operationId: 'updateDeployment',
    tag,
    summary: 'Change details; new parameters or a new template deploy again; the status `cancelled` cancels',
    role: 'deployer',
    scope: 'any',
    params,
    body: updateDeploymentSchema,
    createsJob: true,
    redaction: 'handler',
    status: 200,
    answer: recordSchema,
    problems: [
      'invalid_request',
      'key_limited',
      'deployment_not_found',
      'deployment_busy',
      'status_is_observed',
      'job_not_cancellable',
      'idempotency_key_reused',
      ...sourceProblems,
    ],
  }),
  deleteDeployment: endpoint({
    method: 'delete',
    path: '/api/deployments/{deploymentId}',
    operationId: 'deleteDeployment',
    tag,
    summary: 'Destroy what it has deployed; the deployment is gone once that is done',
    role: 'deployer',
    scope: 'any',
    params,
    query: z.strictObject({
      /** Forgets the deployment and leaves its resources in the cloud; its project stays. */
      keep_resources: z.stringbool().default(false),
    }),
    redaction: 'handler',
    status: 202,
    answer: recordSchema,
    problems: ['invalid_request', 'key_limited', 'deployment_not_found', 'deployment_busy'],
  }),
  deploymentHistory: endpoint({
    method: 'get',
    path: '/api/deployments/{deploymentId}/history',
    operationId: 'getDeploymentHistory',
    tag,
    summary: 'Every attempt to change a deployment, newest first',
    role: 'viewer',
    scope: 'any',
    params,
    query: z.strictObject({ cursor, limit: z.coerce.number().int().min(1).max(200).default(100) }),
    redaction: 'handler',
    status: 200,
    answer: z.object({ history: z.array(attemptSchema), next_cursor: z.string().nullable() }),
    problems: ['invalid_request', 'deployment_not_found'],
  }),
} as const satisfies Record<string, Endpoint>;
