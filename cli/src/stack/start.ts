import type { CallOptions } from '@deployment-engine/client';
import type { PipelineView } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { UsageError } from '../exit-code.ts';
import { submit } from '../submit.ts';
import type { TargetOptions } from '../target.ts';
import type { GivenVariables } from '../upload/variables.ts';
import type { ConductOptions } from './conduct-options.ts';
import { type RunOptions, runPipeline } from './finish-pipeline.ts';
import { readStackRequest } from './request.ts';
import { readSource, type Source } from './source.ts';
import { stackName, stackPlace } from './stack-name.ts';

type CodeOptions = TargetOptions & GivenVariables & { refresh?: boolean; message?: string };
type ScopeOptions = { withDependencies?: boolean; withDependents?: boolean };

export async function planStack(
  connection: Connection,
  folder: string,
  options: CodeOptions & { detailedExitcode?: boolean },
): Promise<PipelineView | undefined> {
  const { environment } = await stackPlace(options, folder);
  const { params, repository } = await readStackRequest(folder, options);
  const { refresh, message } = options;
  const body = { ...repository, environment, ...scopeOf(options), refresh, message };
  return startPipeline(connection, connection.client.planStack, { ...params, folder, options, body });
}

export async function applyStack(
  connection: Connection,
  folder: string,
  options: CodeOptions & ConductOptions & ScopeOptions & { prune?: boolean; ttlSeconds?: number | 'none' },
): Promise<void> {
  const { environment } = await stackPlace(options, folder);
  const { params, repository } = await readStackRequest(folder, options);
  const { refresh, prune, withDependencies, withDependents } = options;
  const ttlSeconds = options.ttlSeconds === 'none' ? null : options.ttlSeconds;
  const body = {
    ...{ ...repository, environment, ...scopeOf(options), ...conductOf(options) },
    ...{ refresh, prune, withDependencies, withDependents, ttlSeconds },
  };
  await startPipeline(connection, connection.client.applyStack, { ...params, folder, options, body });
}

export async function destroyStack(
  connection: Connection,
  options: TargetOptions & ConductOptions & ScopeOptions,
): Promise<void> {
  const { stack, environment } = await stackPlace(options);
  const { withDependents } = options;
  const body = { environment, ...scopeOf(options), ...conductOf(options), withDependents };
  await startPipeline(connection, connection.client.destroyStack, { stack, options, body });
}

export async function rollbackStack(
  connection: Connection,
  options: TargetOptions & ConductOptions & { toPipeline?: string },
): Promise<void> {
  const { stack, environment } = await stackPlace(options);
  const { toPipeline } = options;
  const body = { environment, ...scopeOf(options), ...conductOf(options), toPipeline };
  await startPipeline(connection, connection.client.rollbackStack, { stack, options, body });
}

export type PromoteOptions = ConductOptions & {
  stack?: string;
  from: string;
  to: string;
  override?: boolean;
};

export async function promoteStack(
  connection: Connection,
  options: PromoteOptions & { variables: Record<string, string> },
): Promise<void> {
  const { from, to, override, variables } = options;
  if (from === to) throw new UsageError('--from and --to name the same environment');
  const stack = await stackName(options.stack);
  const body = { from, to, ...conductOf(options), variables, override };
  await startPipeline(connection, connection.client.promoteStack, { stack, options, body });
}

type Start<Body> = (
  input: { idempotencyKey: string; params: { stack: string }; body: Body },
  call: CallOptions,
) => Promise<{ pipelineId: string }>;

type Started<Body> = { stack: string; body: Body; options: RunOptions; folder?: string };

/** Starts a pipeline, says where its code comes from, and watches it. */
async function startPipeline<Body extends object>(
  connection: Connection,
  start: Start<Body & { source: Source | undefined }>,
  { stack, body, options, folder = '.' }: Started<Body>,
): Promise<PipelineView | undefined> {
  const source = await readSource(folder);
  const { pipelineId } = await submit((idempotencyKey, call) =>
    start({ idempotencyKey, params: { stack }, body: { ...body, source } }, call),
  );
  return runPipeline(connection, pipelineId, options);
}

export function scopeOf({ service, component }: TargetOptions) {
  if (service !== undefined && component !== undefined)
    throw new UsageError('name either --service or --component');
  return { service, component };
}

function conductOf({ autoApprove, onError, schedule, parallelism, wait, message }: ConductOptions) {
  return { autoApprove: autoApprove ?? false, onError, schedule, parallelism, wait, message };
}
