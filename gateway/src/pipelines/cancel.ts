import { isPipelineFinished, type PipelineAccepted } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Principal } from '../access/principal.ts';
import type { Context } from '../context.ts';
import type { Call } from '../http/call.ts';
import { lockKey, type PipelineRow } from './rows.ts';
import { lockPipeline, requireAll, tasksOf, wakePipeline } from './store.ts';

type By = { principal: Principal; call: Call };

/** Asks a pipeline to start nothing more, and to cancel what runs. */
export async function cancelPipeline(
  context: Context,
  pipelineId: string,
  graceSeconds: number | undefined,
  { principal, call }: By,
): Promise<PipelineAccepted> {
  return context.database.query.transaction().execute(async (trx) => {
    const pipeline = await lockPipeline(trx, pipelineId);
    requireAll(principal, await tasksOf(trx, pipelineId));
    requireUnfinished(pipeline, 'cancelling');
    await trx
      .updateTable('pipelines')
      .set({
        cancel_requested_at: pipeline.cancel_requested_at ?? new Date(),
        cancel_grace_seconds: graceSeconds ?? pipeline.cancel_grace_seconds,
      })
      .where('id', '=', pipelineId)
      .execute();
    await wakePipeline(trx, pipelineId);
    const { stack, environment } = pipeline;
    await call.record(trx, { detail: { pipeline: pipelineId, stack, environment } });
    return {
      pipelineId,
      status: 'accepted' as const,
      message: 'The pipeline starts nothing more; what runs is being cancelled',
    };
  });
}

/**
 * Ends a stuck pipeline. It is cancelled like any other, so each of its components stays held until its job has ended or
 * its run was given up: nothing else touches a component whose Terraform may still be at work.
 */
export async function unlockStack(
  context: Context,
  where: { stack: string; environment: string; pipelineId: string },
  by: By,
): Promise<{ pipelineId: string; message: string }> {
  const { stack, environment, pipelineId } = where;
  await context.database.query.transaction().execute(async (trx) => {
    const pipeline = await lockPipeline(trx, pipelineId);
    if (pipeline.stack !== stack || pipeline.environment !== environment)
      throw new DomainError(
        'pipeline_not_found',
        `unlocking stack ${stack} in ${environment}: pipeline ${pipelineId} is not one of it`,
      );
    requireAll(by.principal, await tasksOf(trx, pipelineId));
    requireUnfinished(pipeline, 'unlocking');
    await trx
      .updateTable('pipelines')
      .set({ cancel_requested_at: pipeline.cancel_requested_at ?? new Date(), cancel_grace_seconds: 0 })
      .where('id', '=', pipelineId)
      .execute();
    await wakePipeline(trx, pipelineId);
    await by.call.record(trx, { detail: { pipeline: pipelineId, lock: lockKey(pipeline), forced: true } });
  });
  return {
    pipelineId,
    message: 'The pipeline ends at once; a component is free when its job has ended or its run is given up',
  };
}

function requireUnfinished({ id, status }: PipelineRow, activity: string): void {
  if (isPipelineFinished(status))
    throw new DomainError('pipeline_finished', `${activity} pipeline ${id}: it is already ${status}`);
}
