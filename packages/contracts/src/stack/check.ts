import { z } from 'zod';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { environmentName, name, requireOneRepository, stackParams, stackRepository } from './names.ts';

const requireRepository = requireOneRepository(['files', 'archive']);

export const validateStackRequestSchema = z
  .strictObject({
    ...stackRepository,
    environment: environmentName
      .optional()
      .meta({ description: 'Without it, every environment is checked.' }),
    service: name('service').optional().meta({ description: 'Answers about this service only.' }),
  })
  .superRefine(requireRepository);

export const graphFormats = ['text', 'mermaid', 'dot', 'json'] as const;
export type GraphFormat = (typeof graphFormats)[number];
export const stackGraphRequestSchema = z
  .strictObject({
    ...stackRepository,
    environment: environmentName,
    format: z.enum(graphFormats).default('text'),
  })
  .superRefine(requireRepository);

/** An error or warning at its place: `line` and `column` are 1-based. Codes: docs/stacks.md. */
export const stackProblemSchema = z.object({
  code: z.string().meta({ example: 'missing_field' }),
  /** Relative to the repository's root. */
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  message: z.string(),
});
export type StackProblem = z.infer<typeof stackProblemSchema>;

export const stackComponentSchema = z.object({
  /** `service/component`, with `@region` if the component names its regions. */
  id: z.string().meta({ example: 'notification-service/api' }),
  service: z.string(),
  name: z.string(),
  kind: z.string().meta({ example: 'MicroService' }),
  region: z.string(),
  /** 1-based. */
  wave: z.number().int(),
  dependsOn: z.array(z.string()).meta({ example: ['notification-service/database'] }),
  /** Id of the project that deploys the component. */
  projectId: z.string().meta({ example: 'user-platform.development.notification-service.api' }),
  labels: z.record(z.string(), z.string()),
});
export type StackComponent = z.infer<typeof stackComponentSchema>;

/** `component` needs `dependsOn` first; `by` says which field makes it so. */
const edgeSchema = z.object({
  component: z.string(),
  dependsOn: z.string(),
  by: z.enum(['dependsOn', 'reference', 'valueFrom']),
});

const verdict = {
  stack: z.string(),
  valid: z.boolean(),
  /** By file, line and column. */
  errors: z.array(stackProblemSchema),
  warnings: z.array(stackProblemSchema),
  message: z.string(),
};

export const stackValidationSchema = z.object({
  ...verdict,
  /** `null`: all environments were checked. */
  environment: z.string().nullable(),
  /** `null`, like `waves`, `graph` and `foundation`, if the stack is not valid or no environment is named. */
  components: z.array(stackComponentSchema).nullable(),
  /** Ids that can be applied together; each wave needs only the ones before. */
  waves: z
    .array(z.array(z.string()))
    .nullable()
    .meta({ example: [['notification-service/database'], ['notification-service/api']] }),
  graph: z.object({ nodes: z.array(z.string()), edges: z.array(edgeSchema) }).nullable(),
  /** The network, which comes before the first wave; also `null` for a stack without one. */
  foundation: z.object({ kind: z.string(), region: z.string(), projectId: z.string() }).nullable(),
});
export type StackValidation = z.infer<typeof stackValidationSchema>;

export const stackGraphSchema = z.object({
  ...verdict,
  environment: z.string(),
  format: z.enum(graphFormats),
  /** The graph in that format, as text; `null` if the stack is not valid. */
  drawing: z.string().nullable(),
});
export type StackGraph = z.infer<typeof stackGraphSchema>;

const shared = {
  method: 'post',
  tag: 'Stacks',
  role: 'viewer',
  scope: 'any',
  audited: false,
  redaction: 'handler',
  params: stackParams,
  status: 200,
  problems: ['invalid_request', 'malformed_json', 'payload_too_large', 'no_capacity', 'stack_too_complex'],
} as const;

export const stackEndpoints = {
  validateStack: endpoint({
    ...shared,
    path: '/api/stacks/{stack}/validate',
    operationId: 'validateStack',
    summary:
      'Resolve a stack of a deployment repository to components and waves, or to all errors; nothing is stored',
    body: validateStackRequestSchema,
    answer: stackValidationSchema,
  }),
  drawStackGraph: endpoint({
    ...shared,
    path: '/api/stacks/{stack}/graph',
    operationId: 'drawStackGraph',
    summary: "Draw a stack's components by wave with what each needs; nothing is stored",
    body: stackGraphRequestSchema,
    answer: stackGraphSchema,
  }),
} as const satisfies Record<string, Endpoint>;
