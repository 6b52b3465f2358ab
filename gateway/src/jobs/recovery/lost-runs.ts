import type { RunOutcome } from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import { madeFrom } from '../../projects/plans/made-from.ts';
import { findPlan } from '../../projects/plans/store.ts';
import {
  newestStateVersion,
  parseState,
  type StateVersion,
  saveStateVersion,
} from '../../projects/states/store.ts';
import { RunnerError } from '../../runner-error.ts';
import type { RunnerClient } from '../../runners/client.ts';
import type { RunnerState } from '../../runners/registry.ts';
import type { Query } from '../../server/database/open.ts';
import { readRunJournal, recoverApply } from './recover-apply.ts';

type LostRun = { run_id: string; job_id: string; project_id: string; runner_url: string };

/**
 * Settles lost runs whose runner has come back. Stores their state unless another job has stored one since, and records
 * the objects that they created and the newest state lacks.
 */
export async function settleLostRuns(context: Context): Promise<void> {
  const rows = await context.database.query.selectFrom('unsettled_runs').selectAll().execute();
  for (const row of rows) {
    const runner = context.runners.runners().find((candidate) => candidate.client.url === row.runner_url);
    if (runner && !runner.problem) await settle(context, row, runner);
  }
}

async function settle(context: Context, run: LostRun, { client }: RunnerState): Promise<void> {
  try {
    const { status, outcome } = await client.getRun(run.run_id);
    const raw = await readState(client, run.run_id);
    const journal = await readRunJournal(client, run.run_id);
    if (await isApplying(context, run.project_id)) return; // wait until that apply has stored its state
    const overtaken = await context.database.query.transaction().execute(async (trx) => {
      await trx.selectFrom('projects').select('id').where('id', '=', run.project_id).forUpdate().execute();
      const newest = await newestStateVersion(trx, run.project_id);
      const isOvertaken = !(await isOwn(trx, run, newest));
      if (raw && !isOvertaken) await storeIfNewer(trx, context, run, raw, newest);
      if (status !== 'finished') return isOvertaken;
      await recoverApply(context, trx, jobOf(run), {
        reason: reasonOf(outcome, isOvertaken),
        journal,
        overtaken: raw && isOvertaken ? parseState(raw) : undefined,
      });
      await forget(trx, run);
      return isOvertaken;
    });
    if (status === 'finished') await removeRuns(client, run);
    else if (overtaken) await client.cancelRun(run.run_id, context.config.cancelGraceSeconds);
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    if (error.problem === 'run_not_found') await forget(context.database.query, run);
  }
}

/** Returns `undefined` if Terraform has written no state. */
async function readState(client: RunnerClient, runId: string): Promise<Buffer | undefined> {
  try {
    return await client.readState(runId);
  } catch (error) {
    if (error instanceof RunnerError && error.problem === 'state_not_found') return undefined;
    throw error;
  }
}

function jobOf(run: LostRun): { id: string; project_id: string } {
  return { id: run.job_id, project_id: run.project_id };
}

function reasonOf(outcome: RunOutcome | null, isOvertaken: boolean): string {
  if (isOvertaken) return 'An apply whose runner was lost continued while another job changed the project';
  return outcome?.kind === 'succeeded'
    ? 'The runner was lost during the apply'
    : 'An apply whose runner was lost did not succeed';
}

/** Whether a later job is applying. One that still plans need not be waited for: its plan becomes stale. */
async function isApplying({ database }: Context, projectId: string): Promise<boolean> {
  const row = await database.query
    .selectFrom('jobs')
    .select('id')
    .where('project_id', '=', projectId)
    .where('status', '=', 'processing')
    .where('step', 'in', ['apply', 'outputs'])
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether the newest state is the run's own, or the one its plan was made from. */
async function isOwn(trx: Query, run: LostRun, newest: StateVersion | undefined): Promise<boolean> {
  if (newest?.jobId === run.job_id) return true;
  const plan = await findPlan(trx, run.job_id);
  return plan !== undefined && madeFrom(plan, newest);
}

async function storeIfNewer(
  trx: Query,
  context: Context,
  run: LostRun,
  raw: Buffer,
  newest: StateVersion | undefined,
): Promise<void> {
  const state = parseState(raw);
  if (newest && (newest.lineage !== state.lineage || newest.serial >= state.serial)) return;
  await saveStateVersion(trx, context.encryption, { projectId: run.project_id, jobId: run.job_id, raw });
  context.logger.info('the state of a lost run was stored', { ...run });
}

async function forget(query: Query, run: LostRun): Promise<void> {
  await query.deleteFrom('unsettled_runs').where('run_id', '=', run.run_id).execute();
}

/** Removes the job's runs from the runner, which kept them for their state. */
async function removeRuns(client: RunnerClient, run: LostRun): Promise<void> {
  const runs = await client.listRuns();
  for (const { runId } of runs.filter(({ jobId }) => jobId === run.job_id))
    await client.deleteRun(runId).catch((error) => {
      if (!(error instanceof RunnerError)) throw error;
    });
}

/** Whether a run of the project was lost and is not settled: its Terraform may still work. */
export async function hasLostRun(query: Query, projectId: string): Promise<boolean> {
  const row = await query
    .selectFrom('unsettled_runs')
    .select('run_id')
    .where('project_id', '=', projectId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
