import type { PipelineView } from '@deployment-engine/contracts';
import type { Connection } from '../connection.ts';
import { UsageError } from '../exit-code.ts';
import { submit } from '../submit.ts';
import type { TargetOptions } from '../target.ts';
import type { GivenVariables } from '../upload/variables.ts';
import type { ConductOptions } from './conduct-options.ts';
import { runPipeline } from './finish-pipeline.ts';
import { readStackRequest } from './request.ts';
import { readSource } from './source.ts';
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
  const { pipelineId } = await submit(async (idempotencyKey, call) =>
    connection.client.planStack(
      {
        idempotencyKey,
        params,
        body: {
          ...repository,
          environment,
          ...scopeOf(options),
          refresh: options.refresh,
          message: options.message,
          source: await readSource(folder),
        },
      },
      call,
    ),
  );
  return runPipeline(connection, pipelineId, options);
}

export async function applyStack(
  connection: Connection,
  folder: string,
  options: CodeOptions & ConductOptions & ScopeOptions & { prune?: boolean },
): Promise<void> {
  const { environment } = await stackPlace(options, folder);
  const { params, repository } = await readStackRequest(folder, options);
  const { refresh, prune, withDependencies, withDependents } = options;
  const { pipelineId } = await submit(async (idempotencyKey, call) =>
    connection.client.applyStack(
      {
        idempotencyKey,
        params,
        body: {
          ...repository,
          environment,
          ...scopeOf(options),
          ...conductOf(options),
          refresh,
          prune,
          withDependencies,
          withDependents,
          source: await readSource(folder),
        },
      },
      call,
    ),
  );
  await runPipeline(connection, pipelineId, options);
}

export async function destroyStack(
  connection: Connection,
  options: TargetOptions & ConductOptions & ScopeOptions,
): Promise<void> {
  const { stack, environment } = await stackPlace(options);
  const { pipelineId } = await submit(async (idempotencyKey, call) =>
    connection.client.destroyStack(
      {
        idempotencyKey,
        params: { stack },
        body: {
          environment,
          ...scopeOf(options),
          ...conductOf(options),
          withDependents: options.withDependents,
          source: await readSource('.'),
        },
      },
      call,
    ),
  );
  await runPipeline(connection, pipelineId, options);
}

export async function rollbackStack(
  connection: Connection,
  options: TargetOptions & ConductOptions & { toPipeline?: string },
): Promise<void> {
  const { stack, environment } = await stackPlace(options);
  const { pipelineId } = await submit(async (idempotencyKey, call) =>
    connection.client.rollbackStack(
      {
        idempotencyKey,
        params: { stack },
        body: {
          environment,
          ...scopeOf(options),
          ...conductOf(options),
          toPipeline: options.toPipeline,
          source: await readSource('.'),
        },
      },
      call,
    ),
  );
  await runPipeline(connection, pipelineId, options);
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
  const { pipelineId } = await submit(async (idempotencyKey, call) =>
    connection.client.promoteStack(
      {
        idempotencyKey,
        params: { stack: await stackName(options.stack) },
        body: { from, to, ...conductOf(options), variables, override, source: await readSource('.') },
      },
      call,
    ),
  );
  await runPipeline(connection, pipelineId, options);
}

export function scopeOf({ service, component }: TargetOptions) {
  if (service !== undefined && component !== undefined)
    throw new UsageError('name either --service or --component');
  return { service, component };
}

function conductOf({ autoApprove, onError, schedule, parallelism, wait, message }: ConductOptions) {
  return { autoApprove: autoApprove ?? false, onError, schedule, parallelism, wait, message };
}
