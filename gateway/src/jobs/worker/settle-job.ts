import type { AuditFacts, JobTransition } from '@deployment-engine/contracts';
import { costsAfter, saveCosts } from '../../costs/history.ts';
import { engineFacts } from '../../http/call.ts';
import { readPlanJson } from '../../projects/plans/store.ts';
import { driftedResources } from '../../projects/plans/terraform-plan.ts';
import { redactedOutputs } from '../../projects/states/outputs.ts';
import { readNewestState } from '../../projects/states/store.ts';
import { runIdOf } from '../../runners/run-id.ts';
import type { JobPatch, JobRow } from '../../server/database/job-row.ts';
import type { Query } from '../../server/database/open.ts';
import { queueRemediation } from '../drift.ts';
import { lastRunDiagnostics } from '../events/store.ts';
import { logTail } from '../logs.ts';
import { listed, noteFound } from '../note-outbox.ts';
import { deletesOrphans } from '../recovery/orphan-deletion.ts';
import { unresolvedOrphans } from '../recovery/orphan-store.ts';
import { readRunJournal, recoverApply } from '../recovery/recover-apply.ts';
import { settleOrphansOf } from '../recovery/settle-orphans.ts';
import { transition } from '../transition.ts';
import { jobError } from './failure.ts';
import type { JobWork, PhaseResult } from './job-work.ts';

type Ending = { name: JobTransition; message: string; patch: JobPatch };

const completedMessages = {
  deploy: 'Infrastructure deployed successfully',
  rollback: 'Infrastructure rolled back successfully',
  destroy: 'Infrastructure destroyed successfully',
  plan: 'Plan completed',
  drift: 'Drift check completed',
};

/** Records how a job ended: its status, its result or error, and the project's new status. */
export async function settleJob(
  work: JobWork,
  result: Exclude<PhaseResult, { kind: 'parked' }>,
): Promise<void> {
  const { context, job, lease } = work;
  const ending = await endingOf(work, result);
  const drifted = job.type === 'drift' && ending.name === 'complete' ? await driftOf(work) : [];
  const reason = lossReason(result);
  const journal = reason ? await readRunJournal(work.runner.client, runIdOf(job, 'apply')) : undefined;
  const costs = ending.name === 'complete' ? await costsAfter(context, job) : undefined;
  const settled = await context.database.query.transaction().execute(async (trx) => {
    const row = await transition(trx, { jobId: job.id, lease }, ending.name, ending.message, {
      waiting_reason: null,
      ...ending.patch,
    });
    if (reason) await recoverApply(context, trx, job, { reason, journal, overtaken: undefined });
    await settleOrphansOf(context, trx, row);
    await updateProject(trx, row);
    if (costs) await saveCosts(trx, row, costs);
    if (drifted.length > 0)
      await noteFound(trx, row, 'drift.found', {
        detail: `Changed outside of Terraform: ${listed(drifted)}.`,
      });
    if (drifted.length > 0 && job.remediate) await queueRemediation(trx, context.audit, row);
    await context.audit.append(trx, jobEndFacts(row));
    return row;
  });
  context.metrics.finished(settled);
  work.logger.info('the job has ended', {
    status: settled.status,
    error: ending.name === 'fail' ? ending.message : undefined,
  });
}

/** Returns the audit entry of a job's end. Its request has an entry of its own. */
function jobEndFacts({ id, project_id, type, status, ended_by, plan_digest }: JobRow): AuditFacts {
  const detail = { type, status, endedBy: ended_by, plan: plan_digest };
  return engineFacts('endJob', { project: project_id, job: id, detail });
}

async function endingOf(work: JobWork, result: Exclude<PhaseResult, { kind: 'parked' }>): Promise<Ending> {
  const { context, job } = work;
  const { query } = context.database;
  if (result.kind === 'done') {
    const newest = await readNewestState(query, context.encryption, job.project_id);
    const redactor = await work.secrets.redactor();
    const stored = {
      message: completedMessages[job.type],
      logs: await logTail(query, job.id),
      outputs: newest ? redactor.redactJson(redactedOutputs(newest.state)) : {},
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
  const diagnostics = await lastRunDiagnostics(query, job.id);
  const redactor = await work.secrets.redactor();
  const raw = jobError(result, diagnostics);
  const error = { ...raw, message: redactor.redactText(raw.message) };
  return { name: 'fail', message: error.message, patch: { error: JSON.stringify(error), step: error.step } };
}

/** Updates the project, except after plans, drift checks, deletions of orphans and jobs cancelled before apply. */
async function updateProject(trx: Query, row: JobRow): Promise<void> {
  if (row.type === 'plan' || row.type === 'drift') return;
  if (row.status === 'cancelled' && row.step !== 'apply') return;
  if (deletesOrphans(row)) return;
  const left = row.type === 'destroy' ? await unresolvedOrphans(trx, row.project_id) : [];
  const destroyed = left.length > 0 ? 'destroyed_with_orphans' : 'destroyed';
  const deployed = row.type === 'destroy' ? destroyed : 'deployed';
  const result = row.result ? JSON.parse(row.result) : undefined;
  await trx
    .updateTable('projects')
    .set({
      deployment_status: row.status === 'completed' ? deployed : 'failed',
      deployment_job_id: row.id,
      updated_at: new Date(),
      ...(row.status === 'completed' || leavesExpiry(row) ? { destroy_at: expiryOf(row) } : {}),
      ...(result ? { outputs: JSON.stringify(result.outputs) } : {}),
    })
    .where('id', '=', row.project_id)
    .execute();
}

/** Whether an unsuccessful deploy keeps its time to live: if it failed while applying, it may have created objects. */
function leavesExpiry(row: JobRow): boolean {
  return row.ttl_seconds !== null && row.step === 'apply';
}

/** Returns when a deploy is destroyed; `null` without a time to live. */
function expiryOf(row: JobRow): Date | null {
  return row.type === 'destroy' || row.ttl_seconds === null
    ? null
    : new Date(Date.now() + row.ttl_seconds * 1000);
}

/** Returns why an apply may have created objects that no state has; `undefined` without an apply or after a success. */
function lossReason(result: Exclude<PhaseResult, { kind: 'parked' }>): string | undefined {
  if (result.kind === 'refused') {
    const isLost = ['runner_lost', 'restarted_too_often'].includes(result.reason);
    return result.step === 'apply' && isLost ? result.message : undefined;
  }
  if (result.kind !== 'run_ended' || result.outcome.step !== 'apply') return undefined;
  const { outcome } = result;
  if (outcome.kind === 'interrupted') return outcome.message;
  if (outcome.kind === 'failed') return 'Terraform failed while it was applying';
  return outcome.endedBy === 'kill'
    ? 'Terraform was killed while it was applying'
    : 'Terraform was interrupted while it was applying';
}

/** Returns the addresses of the resources that a drift check has found changed. */
async function driftOf(work: JobWork): Promise<string[]> {
  const { database, encryption } = work.context;
  const drifted = driftedResources(await readPlanJson(database.query, encryption, work.job.id));
  return drifted.map(({ address }) => address);
}
