import type { PipelineAccepted } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../../context.ts';
import type { Query } from '../../server/database/open.ts';
import { componentContent, emptyContent, type PipelineContent, pipelineContent } from '../contents.ts';
import { type ComponentRow, defaultSettings, type PipelineSettings } from '../rows.ts';
import { deployedComponents } from '../store.ts';
import { type AskedPipeline, createPipeline } from './new-pipeline.ts';
import { dependenciesOf, requireInScope, type Scope, widenForDestroy, withoutNetwork } from './scope.ts';
import { checkTasks, destroyTasks } from './tasks.ts';

export type FollowUpRequest = Scope & {
  stack: string;
  environment: string;
  settings: PipelineSettings;
  wait: boolean;
  message?: string | undefined;
  source?: unknown;
};

/** Queues the destruction of what a scope has deployed, what nothing needs first. */
export async function createDestroyPipeline(
  context: Context,
  request: FollowUpRequest & { withDependents: boolean },
  asked: AskedPipeline,
): Promise<PipelineAccepted> {
  const { encryption } = context;
  return createPipeline(context, asked, async (trx) => {
    const { rows, inScope } = await rowsInScope(trx, request);
    const plans = rows.map((row) => ({ ...componentContent(encryption, row), id: row.component }));
    const wide = widenForDestroy(inScope, dependenciesOf(plans), request.withDependents);
    const chosen = rows.filter(({ component }) => wide.includes(component));
    const tasks = destroyTasks(chosen, encryption);
    return {
      ...request,
      type: 'destroy',
      revision: null,
      content: await lastContent(context, trx, request),
      tasks,
    };
  });
}

/** Queues a check of all that a scope has deployed. */
export async function createDriftPipeline(
  context: Context,
  request: Omit<FollowUpRequest, 'settings' | 'wait'>,
  asked: AskedPipeline,
): Promise<PipelineAccepted> {
  return createPipeline(context, asked, async (trx) => {
    const { rows, inScope } = await rowsInScope(trx, request);
    const chosen = rows.filter(({ component }) => inScope.includes(component));
    return {
      ...request,
      type: 'drift',
      settings: { ...defaultSettings, onError: 'continue' },
      wait: true,
      revision: null,
      content: await lastContent(context, trx, request),
      tasks: checkTasks(chosen, context.encryption),
    };
  });
}

async function rowsInScope(
  trx: Query,
  request: Scope & { stack: string; environment: string },
): Promise<{ rows: ComponentRow[]; inScope: string[] }> {
  const { stack, environment } = request;
  const rows = await deployedComponents(trx, stack, environment);
  if (rows.length === 0) throw stackNotFound(stack, environment);
  const ids = rows.map(({ component }) => component);
  const found = requireInScope(ids, request, `stack ${stack} in ${environment}`);
  const inScope = withoutNetwork(found, request);
  return { rows, inScope };
}

export function stackNotFound(stack: string, environment: string): DomainError {
  return new DomainError(
    'stack_not_found',
    `stack ${stack} has nothing deployed in ${environment}; a first apply deploys it`,
  );
}

/** Returns the content of the environment's last pipeline. */
export async function lastContent(
  { encryption }: Pick<Context, 'encryption'>,
  trx: Query,
  { stack, environment }: { stack: string; environment: string },
): Promise<PipelineContent> {
  const row = await trx
    .selectFrom('pipelines')
    .selectAll()
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .where('type', 'in', ['apply', 'rollback'])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row ? pipelineContent(encryption, row) : emptyContent;
}
