import { refinementProblems } from '@deployment-engine/stacks';
import { eventsOfType } from '../../jobs/events/store.ts';
import { policyDecisions } from '../../jobs/worker/gate-decision.ts';
import { findReports } from '../../policy/reports.ts';
import { readPlanJson } from '../../projects/plans/store.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import type { TaskRow } from '../rows.ts';
import type { Step } from './step.ts';

/** Whether a rollback deploys a component whose data it does not bring back. */
export function losesData(step: Step, task: TaskRow): boolean {
  return step.pipeline.type === 'rollback' && step.content(task).plan.stateful;
}

/**
 * Returns why a waiting plan may not be applied under the approval of the whole: it differs from what was previewed, or a
 * gate asks for something that the preview did not show. Empty if it may.
 */
export async function reasonsToAsk(step: Step, task: TaskRow, job: JobRow): Promise<string[]> {
  const { pipeline, trx, context } = step;
  const preview = task.plan_job_id === null ? undefined : step.jobs.get(task.plan_job_id);
  const gates = await gatesOf(step, job);
  if (pipeline.approved_digest === null || !preview)
    return gates.length > 0 ? gates : [whyUnseen(step, task)];
  const [previewed, real] = [
    await readPlanJson(trx, context.encryption, preview.id),
    await readPlanJson(trx, context.encryption, job.id),
  ];
  const differences = refinementProblems(previewed, real).map(
    ({ address, message }) => `${address}: ${message}`,
  );
  const shown = new Set(await findingsToApprove(step, preview));
  const unseen = (await findingsToApprove(step, job)).filter((finding) => !shown.has(finding));
  const others = gates.filter((gate) => !/^(policy|blast_radius): /.test(gate));
  return [...differences, ...unseen.map((finding) => `finding ${finding} was not shown before`), ...others];
}

function whyUnseen(step: Step, task: TaskRow): string {
  return losesData(step, task)
    ? 'it holds data, which a rollback does not bring back'
    : 'its plan was not shown before';
}

async function gatesOf({ trx }: Step, job: JobRow): Promise<string[]> {
  const gates = await eventsOfType(trx, job.id, 'gate');
  return gates
    .filter(({ gate, verdict }) => verdict === 'approval_required' && gate !== 'approval')
    .map(({ message }) => message);
}

async function findingsToApprove({ trx }: Step, job: JobRow): Promise<string[]> {
  const { code, plan } = await findReports(trx, job.id);
  if (!plan) return [];
  return policyDecisions(job, code, plan)
    .filter(({ verdict }) => verdict === 'approval_required')
    .flatMap(({ findings }) => findings.map(({ id, address }) => `${id} ${address ?? ''}`.trim()));
}
