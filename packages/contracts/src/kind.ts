import { z } from 'zod';
import { type Endpoint, endpoint } from './endpoint.ts';

export const kindSummarySchema = z.object({
  name: z.string().meta({ example: 'SQS' }),
  /** Other names that files may use. */
  aliases: z.array(z.string()),
  group: z.string().meta({ example: 'messaging' }),
  /** Whether it holds data that a rollback does not bring back. */
  stateful: z.boolean(),
  /** How long a first apply usually takes, in minutes. */
  usualMinutes: z.number(),
  /** Names that `valueFrom.output` may have. */
  outputs: z.array(z.string()).meta({ example: ['arn', 'queueName', 'queueUrl'] }),
});
export type KindSummary = z.infer<typeof kindSummarySchema>;

const jsonSchema = z.record(z.string(), z.unknown());
export const kindDetailSchema = z.object({
  ...kindSummarySchema.shape,
  /** JSON Schema of `spec`, with all defaults. */
  schema: jsonSchema,
  /** JSON Schema of a ComponentInfra's `spec` for this kind. */
  infraSchema: jsonSchema,
});
export type KindDetail = z.infer<typeof kindDetailSchema>;

export const kindEndpoints = {
  kinds: endpoint({
    method: 'get',
    path: '/api/stacks/kinds',
    operationId: 'listKinds',
    tag: 'Stacks',
    summary: 'Kinds that a component may have',
    role: 'viewer',
    scope: 'any',
    redaction: 'handler',
    status: 200,
    answer: z.object({ kinds: z.array(kindSummarySchema) }),
    problems: ['no_capacity'],
  }),
  kind: endpoint({
    method: 'get',
    path: '/api/stacks/kinds/{kind}',
    operationId: 'getKind',
    tag: 'Stacks',
    summary: 'A kind with the schema of its fields; found by its name or an alias',
    role: 'viewer',
    scope: 'any',
    redaction: 'handler',
    params: z.object({ kind: z.string().max(100).meta({ example: 'SQS' }) }),
    status: 200,
    answer: kindDetailSchema,
    problems: ['invalid_request', 'kind_not_found', 'no_capacity'],
  }),
} as const satisfies Record<string, Endpoint>;
