import type { PipelineAccepted } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Principal } from '../../access/principal.ts';
import type { Context } from '../../context.ts';
import { pipelineContent } from '../contents.ts';
import type { PipelineRow, PipelineSettings } from '../rows.ts';
import { visibleTo } from '../store.ts';
import { createCodePipeline } from './code.ts';
import { stackNotFound } from './follow-ups.ts';
import type { AskedPipeline } from './new-pipeline.ts';

export type PromoteRequest = {
  stack: string;
  from: string;
  to: string;
  variables?: Record<string, string> | undefined;
  override: boolean;
  settings: PipelineSettings;
  onError?: PipelineSettings['onError'] | undefined;
  wait: boolean;
  message?: string | undefined;
  source?: unknown;
};

/**
 * Deploys to `to` the repository and variables of the last whole pipeline that was completed in `from`. A stack with
 * `spec.promotion` lets a version go only from each of its environments to the next one.
 */
export async function createPromotion(
  context: Context,
  request: PromoteRequest,
  asked: AskedPipeline,
): Promise<PipelineAccepted> {
  const { stack, from, to } = request;
  const source = await lastCompleted(context, asked.principal, stack, from);
  if (source?.revision == null) throw stackNotFound(stack, from);
  const { variables, promotion } = pipelineContent(context.encryption, source);
  requireOrder(promotion, request);
  return createCodePipeline(
    context,
    'apply',
    {
      ...request,
      environment: to,
      promotion: { from, override: request.override },
      revision: source.revision,
      variables: { ...variables, ...request.variables },
      withDependencies: false,
      withDependents: false,
      message: request.message ?? `promoted from ${from} (${source.id})`,
    },
    asked,
  );
}

function requireOrder(promotion: string[], { stack, from, to, override }: PromoteRequest): void {
  if (promotion.length === 0 || override) return;
  const place = promotion.indexOf(to);
  const before = promotion[place - 1];
  if (place === -1 || before === from) return;
  throw new DomainError(
    'promotion_refused',
    before === undefined
      ? `promoting stack ${stack} from ${from} to ${to}: ${to} is the first environment of spec.promotion (${promotion.join(', ')}); apply there`
      : `promoting stack ${stack} from ${from} to ${to}: by spec.promotion (${promotion.join(', ')}) it must come from ${before}; promote there first, or send "override": true`,
  );
}

/** One of which the caller may see something: a promotion shows what its variables are. */
async function lastCompleted(
  { database }: Context,
  principal: Principal,
  stack: string,
  environment: string,
): Promise<PipelineRow | undefined> {
  return database.query
    .selectFrom('pipelines')
    .selectAll()
    .where('stack', '=', stack)
    .where('environment', '=', environment)
    .where('type', 'in', ['apply', 'rollback'])
    .where('status', '=', 'completed')
    .where('service', 'is', null)
    .where('component', 'is', null)
    .where(visibleTo(principal))
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
}
