import { join } from 'node:path';
import type { Client } from '../client.ts';
import { readTree } from '../repository.ts';
import { waitFor } from '../wait.ts';

/** By operation id: what was sent, and what the engine answered. */
export type Examples = Record<string, { request?: unknown; answer: unknown }>;

const files = Object.fromEntries(readTree(join(import.meta.dirname, 'repo-seed')));
const repository = { files, environment: 'development', variables: { VERSION: 'v1.0.0' } };
const base = '/api/stacks';
const stack = `${base}/user-platform`;

/**
 * Makes the calls of a first deploy of the first example, up to where its plans are being made: the gateway needs no
 * runner. Ids and times are always the same ones.
 */
export async function seedCalls(client: Client): Promise<Examples> {
  const examples: Examples = {};
  const post = async (operationId: string, path: string, request: object) => {
    const { status, body } = await client.post(path, request);
    if (status >= 300) throw new Error(`${operationId}: ${status} ${JSON.stringify(body)}`);
    examples[operationId] = { request, answer: body };
    return body;
  };
  await post('validateStack', `${stack}/validate`, repository);
  await post('drawStackGraph', `${stack}/graph`, { ...repository, format: 'text' });
  const { pipelineId } = await post('applyStack', `${stack}/apply`, {
    ...repository,
    message: 'first version',
    source: { commit: '4f2a9c1d', branch: 'main' },
  });
  examples.getPipeline = { answer: await planning(client, pipelineId) };
  const locks = await client.get(`${stack}/environments/development/locks`);
  examples.getStackLocks = { answer: locks.body };
  await post('planStack', `${stack}/plan`, { ...repository, component: 'notification-service/database' });
  await post('cancelPipeline', `${base}/pipelines/${pipelineId}/cancel`, {});
  return withFixedNames(examples);
}

async function planning(client: Client, pipelineId: string): Promise<unknown> {
  return waitFor('the first component to be planned', async () => {
    const { body } = await client.get(`${base}/pipelines/${pipelineId}`);
    return body.counts.planning === 1 ? body : undefined;
  });
}

/** Ids are numbered in the order in which they appear. */
function withFixedNames(examples: Examples): Examples {
  const ids = new Map<string, string>();
  const fixed = (whole: string, kind: string) => {
    const number = [...ids.keys()].filter((id) => id.startsWith(`${kind}-`)).length;
    if (!ids.has(whole)) ids.set(whole, `${kind}-1704067200000-abcd${1234 + number}`);
    return ids.get(whole) ?? '';
  };
  const text = JSON.stringify(examples)
    .replaceAll(/\b(pipeline|plan|deploy)-\d{13}-[0-9a-z]{8}\b/g, fixed)
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '2024-01-01T00:00:00.000Z');
  return JSON.parse(text);
}
