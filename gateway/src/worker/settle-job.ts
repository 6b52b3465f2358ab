import type { JobTransition } from '@deployment-engine/contracts';
import type { Query } from '../database/open.ts';
import { eventsOfType } from '../job-events/store.ts';
import { logTail } from '../jobs/logs.ts';
import type { JobPatch, JobRow } from '../jobs/row.ts';
import { transition } from '../jobs/transition.ts';
import { maskedOutputs } from '../states/outputs.ts';
import { readNewestState } from '../states/store.ts';
import { jobError } from './failure.ts';
import type { JobWork, PhaseResult } from './job-work.ts';

type Ending = { name: JobTransition; message: string; patch: JobPatch };

const completedMessages = {
  deploy: 'Infrastructure deployed successfully',
  rollback: 'Infrastructure rolled back successfully',
  destroy: 'Infrastructure destroyed successfully',
  plan: 'Plan completed',
  drift: 'Drift check completed',
  validate: 'Validation completed',
};

/** Records how a job ended: its status, its result or error, and what that makes of the project. */
export async function settleJob(
  work: JobWork,
  result: Exclude<PhaseResult, { kind: 'parked' }>,
): Promise<void> {
  const { context, job, lease } = work;
  const ending = await endingOf(work, result);
  const settled = await context.database.query.transaction().execute(async (trx) => {
    const row = await transition(trx, { jobId: job.id, lease }, ending.name, ending.message, {
      waiting_reason: null,
      ...ending.patch,
    });
    await updateProject(trx, work, row);
    return row;
  });
  context.metrics.finished(settled);
  work.logger.info('the job has ended', {
    status: settled.status,
    error: ending.name === 'fail' ? ending.message : undefined,
  });
}

async function endingOf(work: JobWork, result: Exclude<PhaseResult, { kind: 'parked' }>): Promise<Ending> {
  const { context, job } = work;
  const { query } = context.database;
  if (result.kind === 'done') {
    const newest = await readNewestState(query, context.encryption, job.project_id);
    const stored = {
      message: completedMessages[job.type],
      logs: await logTail(query, job.id),
      outputs: newest ? maskedOutputs(newest.state) : {},
    };
    return { name: 'complete', message: stored.message, patch: { result: JSON.stringify(stored) } };
  }
  if (result.kind === 'cancelled')
    return { name: 'cancel', message: 'The job was cancelled.', patch: { ended_by: 'none' } };
  if (result.kind === 'run_ended' && result.outcome.kind === 'cancelled')
    return {
      name: 'cancel',
      message: `The job was cancelled during ${result.outcome.step}.`,
      patch: { ended_by: result.outcome.endedBy, step: result.outcome.step },
    };
  const diagnostics = (await eventsOfType(query, job.id, 'diagnostic')).map((event) => event.diagnostic);
  const error = jobError(result, diagnostics);
  return { name: 'fail', message: error.message, patch: { error: JSON.stringify(error), step: error.step } };
}

/** Jobs that only look leave the project's deployment as it was; so does one that never reached apply by cancel. */
async function updateProject(trx: Query, work: JobWork, row: JobRow): Promise<void> {
  if (row.type === 'plan' || row.type === 'drift' || row.type === 'validate') return;
  if (row.status === 'cancelled' && row.step !== 'apply') return;
  const deployed = row.type === 'destroy' ? 'destroyed' : 'deployed';
  const result = row.result ? JSON.parse(row.result) : undefined;
  await trx
    .updateTable('projects')
    .set({
      deployment_status: row.status === 'completed' ? deployed : 'failed',
      deployment_job_id: row.id,
      updated_at: new Date(),
      ...(result ? { outputs: JSON.stringify(result.outputs) } : {}),
    })
    .where('id', '=', work.job.project_id)
    .execute();
}
