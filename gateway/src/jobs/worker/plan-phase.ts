import type { RunRequestInput } from '@deployment-engine/runner-api';
import { parseTerraformPlan, summarisePlan } from '@deployment-engine/terraform-code';
import { findPlan, savePlan } from '../../projects/plans/store.ts';
import { runIdOf } from '../../runners/run-id.ts';
import { eventsOfType, lastRunDiagnostics, redactStoredEvents } from '../events/store.ts';
import { deletionTargets, stateForRun } from '../recovery/orphan-deletion.ts';
import { orphanImports } from '../recovery/orphan-imports.ts';
import { patchJob } from '../transition.ts';
import { followJobRun } from './follow-run.ts';
import type { JobWork, PhaseResult } from './job-work.ts';
import { nextAttempt } from './next-attempt.ts';
import { searchOrphans } from './search-orphans.ts';
import { commonRequest, startJobRun, uploadOf } from './start-run.ts';

/** How long the runner keeps the provider process after a plan, for the apply run that may follow. */
const lingerMs = 20_000;

/** Runs the plan and stores it, unless the job already has one. */
export async function planPhase(work: JobWork): Promise<PhaseResult> {
  const { context, job } = work;
  if (await findPlan(context.database.query, job.id)) return { kind: 'done' };
  await searchOrphans(work);
  const missing = new Set<string>();
  for (;;) {
    const runId = runIdOf(work.job, 'plan');
    await startJobRun(work, runId, await planRequest(work, missing));
    const outcome = await followJobRun(work, runId);
    if (outcome.kind === 'succeeded') {
      await storePlan(work, runId);
      return { kind: 'done' };
    }
    const absent = outcome.kind === 'failed' ? await absentImports(work, missing) : [];
    if (absent.length === 0) return { kind: 'run_ended', outcome };
    for (const address of absent) missing.add(address);
    await nextAttempt(work);
  }
}

async function planRequest(work: JobWork, missing: Set<string>): Promise<RunRequestInput> {
  const { context, job } = work;
  const { query } = context.database;
  const start = await stateForRun(context, query, job);
  if (start) work.secrets.learnState(start.state);
  const recovers = job.type === 'deploy' || job.type === 'rollback';
  return {
    ...(await commonRequest(work)),
    kind: 'plan',
    mode: job.type === 'destroy' ? 'destroy' : job.type === 'drift' ? 'refresh-only' : 'normal',
    state: start ? uploadOf(start.raw) : null,
    lingerMs: job.type === 'plan' || job.type === 'drift' ? 0 : lingerMs,
    imports: recovers ? await orphanImports(query, job.project_id, start?.state, missing) : [],
    targets: await deletionTargets(query, job),
  };
}

/** Returns imports without an object in the cloud or without code. Source: Terraform's diagnostics of these names. */
async function absentImports(work: JobWork, known: Set<string>): Promise<string[]> {
  const diagnostics = await lastRunDiagnostics(work.context.database.query, work.job.id);
  return diagnostics
    .filter((diagnostic) =>
      /Cannot import non-existent remote object|Configuration for import target does not exist/.test(
        diagnostic.summary,
      ),
    )
    .map(
      (diagnostic) =>
        /(?:object to|import target|import) "?([^\s"]+(?:\[[^\]]*\])?)"?/.exec(
          diagnostic.detail.replaceAll('\n', ' '),
        )?.[1] ??
        diagnostic.address ??
        '',
    )
    .filter((address) => address !== '' && !known.has(address));
}

async function storePlan(work: JobWork, runId: string): Promise<void> {
  const { context, job, runner } = work;
  const ready = (await eventsOfType(context.database.query, job.id, 'plan_ready')).at(-1);
  if (!ready) throw new Error(`storing the plan of job ${job.id}: the runner has reported none`);
  const [json, file] = await Promise.all([
    runner.client.readPlanJson(runId),
    runner.client.readPlanFile(runId),
  ]);
  const plan = parseTerraformPlan(json.toString());
  work.secrets.learnPlan(plan);
  if (work.secrets.hasLearned())
    await redactStoredEvents(context.database.query, job.id, await work.secrets.redactor());
  const summary = summarisePlan(plan);
  await context.database.query.transaction().execute(async (trx) => {
    await savePlan(trx, context.encryption, {
      jobId: job.id,
      digest: ready.digest,
      stateSerial: ready.stateSerial,
      stateLineage: ready.stateLineage,
      json,
      file,
    });
    await patchJob(trx, work.lease, { plan_digest: ready.digest, plan_summary: JSON.stringify(summary) });
  });
}
