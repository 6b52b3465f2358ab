import { isPipelineFinished } from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import { applyStage } from './apply-stage.ts';
import { cancelStage } from './cancel-stage.ts';
import { measureLock } from './lock-notes.ts';
import { planStage } from './plan-stage.ts';
import { isDirect, startPipeline } from './start.ts';
import { Step } from './step.ts';

/**
 * Does what can be done on a pipeline now, in one transaction that holds its row: two gateways never work on the same
 * one, and a gateway that dies in it changes nothing. Returns whether there was something to do.
 */
export async function advance(context: Context, pipelineId: string): Promise<boolean> {
  const { changed, locks } = await context.database.query.transaction().execute(async (trx) => {
    const row = await trx
      .selectFrom('pipelines')
      .selectAll()
      .where('id', '=', pipelineId)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    if (!row || isPipelineFinished(row.status)) return { changed: false, locks: [] };
    const step = await Step.open(context, trx, row);
    await work(step);
    return { changed: await step.close(), locks: step.locks };
  });
  for (const note of locks) measureLock(context.metrics, note);
  return changed;
}

async function work(step: Step): Promise<void> {
  const { status, cancel_requested_at } = step.pipeline;
  if (cancel_requested_at) return cancelStage(step);
  if (status === 'pending') return startPipeline(step);
  if (status === 'planning') return planStage(step);
  if (status === 'applying' || step.pipeline.approved_digest !== null || isDirect(step))
    return applyStage(step);
}
