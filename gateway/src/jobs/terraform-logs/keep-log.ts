import { RunnerError } from '../../runner-error.ts';
import { lockJob } from '../transition.ts';
import type { JobWork } from '../worker/job-work.ts';
import { saveTerraformLog } from './store.ts';

/** Fetches Terraform's own log after a run, if it was requested. Only logs a warning if the log can't be fetched. */
export async function keepTerraformLog(work: JobWork, runId: string): Promise<void> {
  const { context, job, runner } = work;
  if (job.terraform_log === null) return;
  try {
    const raw = await runner.client.readTerraformLog(runId);
    const redactor = await work.secrets.redactor();
    const text = redactor.redactText(raw.toString('utf8'));
    await context.database.query.transaction().execute(async (trx) => {
      await lockJob(trx, job.id, work.lease);
      await saveTerraformLog(trx, context.encryption, { jobId: job.id, runnerUrl: runner.client.url, text });
    });
  } catch (error) {
    if (!(error instanceof RunnerError)) throw error;
    work.logger.warn("fetching Terraform's own log", { runId, error });
  }
}
