import type { JobEventBody, RunOutcome } from '@deployment-engine/contracts';
import type { RunEvent } from '@deployment-engine/runner-api';
import { plannedOperations } from '../../projects/plans/terraform-plan.ts';
import { redactEvent } from '../../projects/redaction/redact-event.ts';
import { parseState, saveStateVersion } from '../../projects/states/store.ts';
import { retryDelays } from '../../retry-delays.ts';
import { RunnerError } from '../../runner-error.ts';
import type { JobPatch } from '../../server/database/job-row.ts';
import { lastRunSeq, redactStoredEvents } from '../events/store.ts';
import { type ProgressSource, progressPercent } from '../progress.ts';
import { keepTerraformLog } from '../terraform-logs/keep-log.ts';
import { lockJob, patchJob } from '../transition.ts';
import type { NewEvent } from '../write-job.ts';
import { forwardCancel } from './forward-cancel.ts';
import type { JobWork } from './job-work.ts';
import { noteWaiting } from './note-waiting.ts';
import { runnerTimeout } from './runner-timeout.ts';

/**
 * Stores a run's events and states until it has finished. After a broken connection it continues after the last stored
 * event. Returns the run's outcome.
 */
export async function followJobRun(work: JobWork, runId: string): Promise<RunOutcome> {
  const { client } = work.runner;
  const timeout = runnerTimeout(work);
  const delays = retryDelays({ firstMs: 200, maxMs: 2000, signal: work.signal });
  let after = await lastRunSeq(work.context.database.query, runId);
  let isFirst = true;
  for (;;) {
    try {
      for await (const events of client.followRun(runId, after, work.signal)) {
        // Store the state first: a stored event is not read again, so a crash in between would lose the state.
        if (events.some((event) => event.body.type === 'state_changed')) await shipState(work, runId);
        await storeRunEvents(work, runId, events);
        if (isFirst && work.job.cancel_requested_at) forwardCancel(work);
        isFirst = false;
        after = events.at(-1)?.seq ?? after;
        timeout.answered();
        delays.reset();
        const last = events.at(-1)?.body;
        if (last?.type === 'run_finished') return await endOfRun(work, runId, last.outcome);
      }
      const { outcome, lastSeq } = await client.getRun(runId);
      // An earlier worker has stored its last event.
      if (outcome && lastSeq <= after) return await endOfRun(work, runId, outcome);
      if (outcome) throw new RunnerError(`following run ${runId}: the stream ended before its last event`);
      timeout.answered();
      await delays.wait(); // the runner ended the stream although the run is in progress
    } catch (error) {
      work.signal.throwIfAborted();
      if (!(error instanceof RunnerError)) throw error;
      timeout.failed(error);
      await noteWaiting(work, error.message);
      await delays.wait();
    }
  }
}

/** Keeps Terraform's own log, and redacts secrets that were learned during the run in its earlier events. */
async function endOfRun(work: JobWork, runId: string, outcome: RunOutcome): Promise<RunOutcome> {
  await keepTerraformLog(work, runId);
  const redactor = await work.secrets.redactor();
  if (work.secrets.hasLearned()) await redactStoredEvents(work.context.database.query, work.job.id, redactor);
  return redactEvent({ type: 'run_finished', outcome }, redactor).outcome;
}

/**
 * Stores a batch of a run's events, and the progress they make, in one fenced statement. Nobody but the job's worker
 * counts, so the counts in memory are those of the row.
 */
async function storeRunEvents(work: JobWork, runId: string, events: RunEvent[]): Promise<void> {
  const redactor = await work.secrets.redactor();
  const { planned, finished, failed } = work.job;
  const counts = { planned, finished, failed };
  const patch: JobPatch = { waiting_reason: null };
  const stored: NewEvent[] = [];
  for (const event of events) {
    stored.push({
      body: redactEvent(event.body, redactor),
      at: new Date(event.at),
      run: { runId, seq: event.seq },
    });
    if (event.body.type === 'step_started') patch.step = event.body.step;
    if (count(event.body, counts))
      stored.push({ body: progress({ ...work.job, ...patch, ...counts }), at: new Date(event.at) });
  }
  work.job = await patchJob(work.context.database.query, work.lease, { ...patch, ...counts }, stored);
}

type Counts = { planned: number; finished: number; failed: number };

/** Counts one event. Returns whether it changes the progress, as every step does. */
function count(body: JobEventBody, counts: Counts): boolean {
  if (body.type === 'plan_summary') counts.planned = plannedOperations(body.summary);
  else if (body.type === 'resource_finished' && body.action !== 'read') {
    if (body.ok) counts.finished += 1;
    else counts.failed += 1;
  } else return body.type === 'step_started';
  return true;
}

function progress(job: ProgressSource): JobEventBody {
  return {
    type: 'progress',
    percent: progressPercent(job),
    finished: job.finished,
    planned: job.planned,
  };
}

/** Stores the run's latest state, which may be newer than the one the event announced. */
export async function shipState(work: JobWork, runId: string): Promise<void> {
  const raw = await work.runner.client.readState(runId);
  work.secrets.learnState(parseState(raw));
  await work.context.database.query.transaction().execute(async (trx) => {
    await lockJob(trx, work.job.id, work.lease);
    await saveStateVersion(trx, work.context.encryption, {
      projectId: work.job.project_id,
      jobId: work.job.id,
      raw,
    });
  });
}
