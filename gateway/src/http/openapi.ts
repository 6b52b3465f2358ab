import { type Endpoint, endpoints, type ProblemCode, problemSchema } from '@deployment-engine/contracts';
import { z } from 'zod';
import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { problemStatus } from './problems.ts';
import stackExamples from './stack-examples.json' with { type: 'json' };

/** Problems that every operation may answer unless it is public. */
const accessProblems: readonly ProblemCode[] = [
  'unauthenticated',
  'forbidden',
  'forbidden_host',
  'rate_limited',
];

/** Generates the OpenAPI 3.1 document of the public API from the contracts. */
export function openApiDocument() {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const endpoint of Object.values<Endpoint>(endpoints)) {
    paths[endpoint.path] ??= {};
    Object.assign(paths[endpoint.path] as object, { [endpoint.method]: operation(endpoint) });
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Deployment Engine',
      version: '0.1.0',
      description: 'Turns infrastructure code into running infrastructure.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key (de_…) or a JSON Web Token' },
      },
    },
    paths: paths as ZodOpenApiPathsObject,
  });
}

function operation(endpoint: Endpoint) {
  const header = endpoint.createsJob
    ? z.object({
        'Idempotency-Key': z
          .string()
          .min(1)
          .max(200)
          .optional()
          .meta({ description: 'Requests with the same key and body create only one job' }),
      })
    : undefined;
  return {
    operationId: endpoint.operationId,
    summary: endpoint.summary,
    ...(endpoint.deprecated ? { deprecated: true } : {}),
    tags: [endpoint.tag],
    'x-required-role': endpoint.role,
    ...(endpoint.scope ? { 'x-scope': endpoint.scope } : {}),
    security: endpoint.role === 'public' ? [] : [{ bearer: [] }],
    requestParams: {
      ...(endpoint.params ? { path: endpoint.params } : {}),
      ...(endpoint.query ? { query: endpoint.query } : {}),
      ...(header ? { header } : {}),
    },
    ...(endpoint.body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: endpoint.body, ...exampleOf(endpoint, 'request') } },
          },
        }
      : {}),
    responses: { [endpoint.status]: success(endpoint), ...problems(endpoint) },
  };
}

function success(endpoint: Endpoint) {
  if (typeof endpoint.answer === 'string')
    return { description: endpoint.summary, content: { [endpoint.answer]: { schema: z.string() } } };
  const json = { schema: endpoint.answer, ...exampleOf(endpoint, 'answer') };
  return { description: endpoint.summary, content: { 'application/json': json } };
}

/** Requests and answers of a first deploy, as the engine has answered them. */
function exampleOf({ operationId }: Endpoint, part: 'request' | 'answer'): { example?: unknown } {
  const examples: Record<string, { request?: unknown; answer?: unknown }> = stackExamples;
  const example = Object.hasOwn(examples, operationId) ? examples[operationId]?.[part] : undefined;
  return example === undefined ? {} : { example };
}

function problems(endpoint: Endpoint) {
  const codes = [...endpoint.problems, ...(endpoint.role === 'public' ? [] : accessProblems)];
  const byStatus = Map.groupBy(new Set<ProblemCode>(codes), problemStatus);
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => [
      String(status),
      { description: codes.join(', '), content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  );
}
