import type { Context } from '../context.ts';
import type { Query } from '../database/open.ts';
import { RunnerError } from '../runners/client.ts';
import type { RunnerState } from '../runners/registry.ts';
import { newestStateVersion, parseState, saveStateVersion } from '../states/store.ts';
import { findUncertainty } from './uncertainty.ts';

type LateRun = { run_id: string; job_id: string; project_id: string; runner_url: string };

/** Records what applies did whose runner was given up and is back: their state, if nothing newer was stored since. */
export async function settleLateRuns(context: Context): Promise<void> {
  const rows = await context.database.query.selectFrom('unsettled_runs').selectAll().execute();
  for (const row of rows) {
    const runner = context.runners.runners().find((candidate) => candidate.client.url === row.runner_url);
    if (runner && !runner.problem) await settle(context, row, runner);
  }
}

async function settle(context: Context, run: LateRun, runner: RunnerState): Promise<void> {
  try {
    const view = await runner.client.getRun(run.run_id);
    const raw = await runner.client.readState(run.run_id);
    await context.database.query.transaction().execute(async (trx) => {
      const stored = await storeIfNewer(trx, context, run, raw);
      if (stored) await updateUncertainty(trx, context, run);
      if (view.status === 'finished') await forget(trx, run);
      if (stored) context.logger.info('the state of a lost apply was recorded', { ...run });
    });
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    if (error.problem === 'run_not_found' || error.problem === 'state_not_found')
      await forget(context.database.query, run);
  }
}

async function storeIfNewer(trx: Query, context: Context, run: LateRun, raw: Buffer): Promise<boolean> {
  const state = parseState(raw);
  const newest = await newestStateVersion(trx, run.project_id);
  if (newest && (newest.lineage !== state.lineage || newest.serial >= state.serial)) return false;
  await saveStateVersion(trx, context.encryption, { projectId: run.project_id, jobId: run.job_id, raw });
  return true;
}

async function updateUncertainty(trx: Query, context: Context, run: LateRun): Promise<void> {
  const project = await trx
    .selectFrom('projects')
    .select('state_uncertain')
    .where('id', '=', run.project_id)
    .executeTakeFirst();
  const known = project?.state_uncertain ? JSON.parse(project.state_uncertain) : undefined;
  if (known?.jobId !== run.job_id) return;
  const job = { id: run.job_id, project_id: run.project_id };
  const uncertainty = await findUncertainty(trx, context.encryption, job, known.reason);
  await trx
    .updateTable('projects')
    .set({ state_uncertain: JSON.stringify({ ...uncertainty, since: known.since }) })
    .where('id', '=', run.project_id)
    .execute();
}

async function forget(query: Query, run: LateRun): Promise<void> {
  await query.deleteFrom('unsettled_runs').where('run_id', '=', run.run_id).execute();
}
