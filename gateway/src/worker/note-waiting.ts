import type { Context } from '../context.ts';
import { notify } from '../database/open.ts';
import { jobChangedChannel } from '../jobs/transition.ts';

/** Tells pending jobs that could start why they do not. */
export async function noteWaitingJobs(context: Context): Promise<void> {
  if (context.runners.hasFreeSlot()) return;
  const { query } = context.database;
  const reason = context.runners.whyNoSlot();
  const changed = await query
    .updateTable('jobs')
    .set({ waiting_reason: reason })
    .where('status', '=', 'pending')
    .where((where) => where.or([where('waiting_reason', 'is', null), where('waiting_reason', '!=', reason)]))
    .returning('id')
    .execute();
  for (const { id } of changed) await notify(query, jobChangedChannel, id);
}
