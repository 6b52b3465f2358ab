import { pipelineContent } from '../contents.ts';
import { holdsScope, lockKey } from '../rows.ts';
import { holderOf, takeStackLock } from '../scope-lock.ts';
import { lockNote } from './lock-notes.ts';
import type { Step } from './step.ts';

/**
 * Begins a pipeline, unless another one holds a part of its scope or was there before it. Pipelines of one environment
 * are looked at by one gateway at a time.
 */
export async function startPipeline(step: Step): Promise<void> {
  const { pipeline, trx } = step;
  if (holdsScope(pipeline)) {
    await takeStackLock(trx, pipeline);
    const holder = await holderOf(trx, pipeline, step.tasks);
    if (holder) return wait(step, `waits for ${holder.id}, which holds ${lockKey(holder)}`);
    step.locks.push(lockNote('acquireLock', pipeline, pipeline.created_at));
  }
  const patch = { started_at: new Date(), waiting_reason: null };
  if (isDirect(step)) await step.setStatus('applying', 'The pipeline has started.', patch);
  else await step.setStatus('planning', 'Planning has started.', patch);
}

/** Whether nothing is planned before the first apply: nobody has to see the plans, and no budget has to hold. */
export function isDirect({ pipeline, settings, context }: Step): boolean {
  const { maxMonthly } = pipelineContent(context.encryption, pipeline);
  return (settings.autoApprove && maxMonthly === null) || pipeline.type === 'drift';
}

async function wait(step: Step, reason: string): Promise<void> {
  if (step.pipeline.waiting_reason === reason) return;
  await step.setPipeline({ waiting_reason: reason });
}
