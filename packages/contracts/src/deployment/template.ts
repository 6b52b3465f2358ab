import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { byteLength, maxCodeBytes } from '../files.ts';
import { cursor, limit } from '../paging.ts';
import { templateTypes } from './record.ts';

export const templateIdSchema = z
  .string()
  .regex(/^tpl-[0-9]{13}-[a-z0-9]{8}$/, 'a template id looks like tpl-1704067200000-abcd1234')
  .meta({ example: 'tpl-1704067200000-abcd1234' });

export const templateCodeSchema = z
  .string({ error: 'it is not a string' })
  .refine((code) => code.trim().length > 0, 'it is empty')
  .refine((code) => byteLength(code) <= maxCodeBytes, `it has more than ${maxCodeBytes} bytes`)
  .meta({
    description:
      'The text of a template: Terraform code, or a template of CloudFormation or Azure Resource Manager (JSON).',
  });

const time = z.iso.datetime();
const parameterSchema = z.object({
  name: z.string(),
  type: z.string(),
  /** `null` if it has none, or if it is a secret. */
  default: z.unknown(),
  required: z.boolean(),
  secret: z.boolean(),
  description: z.string().nullable(),
});
export type TemplateParameter = z.infer<typeof parameterSchema>;

const templateSchema = z.object({
  id: templateIdSchema,
  name: z.string(),
  template_type: z.enum(templateTypes),
  /** The newest version; earlier ones stay. */
  version: z.number().int(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  created_by: z.string(),
  created_at: time,
  updated_at: time,
});

const params = z.object({ templateId: templateIdSchema });
const source = z.strictObject({ template_code: templateCodeSchema });
const tag = 'Deployments';

export const templateEndpoints = {
  createTemplate: endpoint({
    method: 'post',
    path: '/api/deployments/templates',
    operationId: 'createTemplate',
    tag,
    summary: 'Store a template under a name; deployments of it name its id',
    role: 'deployer',
    scope: 'any',
    body: source.extend({
      name: z.string().min(1).max(100),
      template_type: z.enum(templateTypes),
    }),
    status: 201,
    answer: templateSchema,
    problems: ['invalid_request'],
  }),
  addTemplateVersion: endpoint({
    method: 'post',
    path: '/api/deployments/templates/{templateId}/versions',
    operationId: 'addTemplateVersion',
    tag,
    summary:
      'Store a new version of a template; what is deployed keeps the version that it was deployed from',
    role: 'deployer',
    scope: 'any',
    params,
    body: source,
    status: 201,
    answer: templateSchema,
    problems: ['invalid_request', 'template_not_found'],
  }),
  templates: endpoint({
    method: 'get',
    path: '/api/deployments/templates',
    operationId: 'listTemplates',
    tag,
    summary: 'Stored templates, newest first',
    role: 'viewer',
    scope: 'any',
    query: z.strictObject({ cursor, limit }),
    status: 200,
    answer: z.object({ templates: z.array(templateSchema), next_cursor: z.string().nullable() }),
    problems: ['invalid_request'],
  }),
  template: endpoint({
    method: 'get',
    path: '/api/deployments/templates/{templateId}',
    operationId: 'getTemplate',
    tag,
    summary: 'A template with its code and its parameters',
    role: 'viewer',
    scope: 'any',
    params,
    query: z.strictObject({
      /** Default: the newest. */
      version: z.coerce.number().int().positive().optional(),
    }),
    status: 200,
    answer: templateSchema.extend({ template_code: z.string(), parameters: z.array(parameterSchema) }),
    problems: ['invalid_request', 'template_not_found'],
  }),
  removeTemplate: endpoint({
    method: 'delete',
    path: '/api/deployments/templates/{templateId}',
    operationId: 'deleteTemplate',
    tag,
    summary: 'Delete a template with all its versions; refused while a deployment uses it',
    role: 'deployer',
    scope: 'any',
    params,
    status: 200,
    answer: z.object({ id: templateIdSchema, message: z.string() }),
    problems: ['invalid_request', 'template_not_found', 'template_in_use'],
  }),
} as const satisfies Record<string, Endpoint>;
