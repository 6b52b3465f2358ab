import type { Uncertainty } from '@deployment-engine/contracts';
import type { Context } from '../context.ts';
import type { Query } from '../database/open.ts';
import { findPlan } from '../plans/store.ts';
import { type RunnerClient, RunnerError } from '../runners/client.ts';
import type { RunnerState } from '../runners/registry.ts';
import { instanceAddresses } from '../states/addresses.ts';
import { newestStateVersion, parseState, type StateVersion, saveStateVersion } from '../states/store.ts';
import { madeFrom } from '../worker/apply-phase.ts';
import { findUncertainty } from './uncertainty.ts';

type LateRun = { run_id: string; job_id: string; project_id: string; runner_url: string };

/**
 * Records what applies did whose runner was given up and is back: their state where no other job has stored one since,
 * else what they have created that the newest state lacks.
 */
export async function settleLateRuns(context: Context): Promise<void> {
  const rows = await context.database.query.selectFrom('unsettled_runs').selectAll().execute();
  for (const row of rows) {
    const runner = context.runners.runners().find((candidate) => candidate.client.url === row.runner_url);
    if (runner && !runner.problem) await settle(context, row, runner);
  }
}

async function settle(context: Context, run: LateRun, { client }: RunnerState): Promise<void> {
  try {
    const { status, outcome } = await client.getRun(run.run_id);
    const wasCutOff = outcome?.kind !== 'failed';
    const raw = await client.readState(run.run_id);
    if (await isApplying(context, run.project_id)) return; // its state is to be stored first, then judged
    const overtaken = await context.database.query.transaction().execute(async (trx) => {
      await trx.selectFrom('projects').select('id').where('id', '=', run.project_id).forUpdate().execute();
      const newest = await newestStateVersion(trx, run.project_id);
      const isOvertaken = !(await isOwn(trx, run, newest));
      if (!isOvertaken) await storeIfNewer(trx, context, { ...run, wasCutOff }, raw, newest);
      if (status !== 'finished') return isOvertaken;
      if (isOvertaken) await reportLeftOver(trx, context, run, raw);
      await forget(trx, run);
      return isOvertaken;
    });
    if (status === 'finished') await removeRuns(client, run);
    else if (overtaken) await client.cancelRun(run.run_id, context.config.cancelGraceSeconds);
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    if (error.problem === 'run_not_found' || error.problem === 'state_not_found')
      await forget(context.database.query, run);
  }
}

/** A later job that only plans so far will find its plan stale; one that applies already has to finish. */
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
async function isOwn(trx: Query, run: LateRun, newest: StateVersion | undefined): Promise<boolean> {
  if (newest?.jobId === run.job_id) return true;
  const plan = await findPlan(trx, run.job_id);
  return plan !== undefined && madeFrom(plan, newest);
}

async function storeIfNewer(
  trx: Query,
  context: Context,
  { wasCutOff, ...run }: LateRun & { wasCutOff: boolean },
  raw: Buffer,
  newest: StateVersion | undefined,
): Promise<void> {
  const state = parseState(raw);
  if (newest && (newest.lineage !== state.lineage || newest.serial >= state.serial)) return;
  await saveStateVersion(trx, context.encryption, { projectId: run.project_id, jobId: run.job_id, raw });
  context.logger.info('the state of a lost apply was recorded', { ...run });
  const known = await readUncertainty(trx, run.project_id);
  if (known?.jobId !== run.job_id) return;
  const job = { id: run.job_id, project_id: run.project_id };
  const uncertainty = await findUncertainty(trx, context.encryption, job, {
    reason: known.reason,
    wasCutOff,
  });
  if (uncertainty) await writeUncertainty(trx, run.project_id, { ...uncertainty, since: known.since });
}

/** Another job went on from an earlier state: what only the lost apply's state has is reported, for the next to import. */
async function reportLeftOver(trx: Query, context: Context, run: LateRun, raw: Buffer): Promise<void> {
  const created = instanceAddresses(parseState(raw));
  const reason = 'An apply whose runner was lost went on while another job changed the project';
  const job = { id: run.job_id, project_id: run.project_id };
  const found = await findUncertainty(trx, context.encryption, job, { reason, wasCutOff: true });
  const unrecorded = (found?.unrecorded ?? [])
    .filter(({ address }) => created.has(address))
    .map((creation) => ({ ...creation, started: true }));
  if (!found || unrecorded.length === 0) return;
  context.logger.warn('a lost apply has left what no state has', { ...run, unrecorded });
  const known = await readUncertainty(trx, run.project_id);
  const others = (known?.unrecorded ?? []).filter(({ address }) => !created.has(address));
  await writeUncertainty(trx, run.project_id, {
    ...(known ?? found),
    unrecorded: [...others, ...unrecorded],
    adoptable: [...new Set([...(known?.adoptable ?? []), ...unrecorded.map(({ address }) => address)])],
  });
}

async function readUncertainty(trx: Query, projectId: string): Promise<Uncertainty | undefined> {
  const row = await trx
    .selectFrom('projects')
    .select('state_uncertain')
    .where('id', '=', projectId)
    .executeTakeFirst();
  return row?.state_uncertain ? JSON.parse(row.state_uncertain) : undefined;
}

async function writeUncertainty(trx: Query, projectId: string, uncertainty: Uncertainty): Promise<void> {
  await trx
    .updateTable('projects')
    .set({ state_uncertain: JSON.stringify(uncertainty) })
    .where('id', '=', projectId)
    .execute();
}

async function forget(query: Query, run: LateRun): Promise<void> {
  await query.deleteFrom('unsettled_runs').where('run_id', '=', run.run_id).execute();
}

/** The job's end left its runs on the runner, for their state. */
async function removeRuns(client: RunnerClient, run: LateRun): Promise<void> {
  for (const runId of [run.run_id, run.run_id.replace('-apply-', '-plan-')])
    await client.deleteRun(runId).catch((error) => {
      if (!(error instanceof RunnerError)) throw error;
    });
}
