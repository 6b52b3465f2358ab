import { z } from 'zod';
import { code, requireOneSource } from './code.ts';
import { diagnosticSchema } from './diagnostic.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { projectParams } from './project.ts';

export const validateRequestSchema = z.strictObject({ ...code }).superRefine(requireOneSource);

export const validationSchema = z.object({
  projectId: z.string().optional(),
  valid: z.boolean(),
  errors: z.array(diagnosticSchema),
  warnings: z.array(diagnosticSchema),
  message: z.string(),
});
export type Validation = z.infer<typeof validationSchema>;

export const validationEndpoints = {
  validateCode: endpoint({
    method: 'post',
    path: '/api/deploy/validate',
    operationId: 'validateCode',
    tag: 'Analysis',
    summary: 'Validate code from the body; nothing is stored',
    role: 'deployer',
    scope: 'any',
    audited: false,
    body: validateRequestSchema,
    status: 200,
    answer: validationSchema,
    problems: [
      'invalid_request',
      'malformed_json',
      'runner_unavailable',
      'no_capacity',
      'no_sandbox',
      'revision_unreadable',
    ],
  }),
  validateProject: endpoint({
    method: 'get',
    path: '/api/deploy/validate/{projectId}',
    operationId: 'validateProject',
    tag: 'Analysis',
    summary: "Validate a project's newest code",
    role: 'viewer',
    params: projectParams,
    status: 200,
    answer: validationSchema,
    problems: [
      'invalid_request',
      'project_not_found',
      'runner_unavailable',
      'no_capacity',
      'no_sandbox',
      'revision_unreadable',
      'revision_not_found',
    ],
  }),
} as const satisfies Record<string, Endpoint>;
