import type { JobEventBody, RunOutcome } from '@deployment-engine/contracts';
import type { RunEvent } from '@deployment-engine/runner-api';
import { plannedOperations } from '../../projects/plans/terraform-plan.ts';
import { redactEvent } from '../../projects/redaction/redact-event.ts';
import { parseState, saveStateVersion } from '../../projects/states/store.ts';
import { retryDelays } from '../../retry-delays.ts';
import { RunnerError } from '../../runner-error.ts';
import type { JobPatch } from '../../server/database/job-row.ts';
import { appendEvents, lastRunSeq, type NewEvent, redactStoredEvents } from '../events/store.ts';
import { type ProgressSource, progressPercent } from '../progress.ts';
import { keepTerraformLog } from '../terraform-logs/keep-log.ts';
import { lockJob } from '../transition.ts';
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
  for (;;) {
    try {
      for await (const events of client.followRun(runId, after, work.signal)) {
        // Store the state first: a stored event is not read again, so a crash in between would lose the state.
        if (events.some((event) => event.body.type === 'state_changed')) await shipState(work, runId);
        await storeRunEvents(work, runId, events);
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

/** Stores a batch of a run's events, and the progress they make, in one fenced transaction. */
async function storeRunEvents(work: JobWork, runId: string, events: RunEvent[]): Promise<void> {
  const redactor = await work.secrets.redactor();
  await work.context.database.query.transaction().execute(async (trx) => {
    const job = await lockJob(trx, work.job.id, work.lease);
    const patch: JobPatch = { waiting_reason: null };
    const counts = { planned: job.planned, finished: job.finished, failed: job.failed };
    const stored: NewEvent[] = [];
    for (const event of events) {
      stored.push({
        body: redactEvent(event.body, redactor),
        at: new Date(event.at),
        run: { runId, seq: event.seq },
      });
      if (event.body.type === 'step_started') patch.step = event.body.step;
      if (count(event.body, counts))
        stored.push({ body: progress({ ...job, ...patch, ...counts }), at: new Date(event.at) });
    }
    await appendEvents(trx, job, stored, { ...patch, ...counts });
  });
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
