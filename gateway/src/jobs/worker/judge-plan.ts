import { blastRadiusSchema, type PolicyReport } from '@deployment-engine/contracts';
import { evaluatePlan, evaluateUserRules, mergeReports } from '@deployment-engine/policy';
import { settingsInForce } from '../../policy/settings-in-force.ts';
import { readPlanJson } from '../../projects/plans/store.ts';
import { redactReport } from '../../projects/redaction/redact-report.ts';
import type { JobWork } from './job-work.ts';

/** Evaluates a job's plan against the built-in rules, the limits of project and caller, and the project's own rules. */
export async function judgePlan(work: JobWork): Promise<PolicyReport> {
  const { context, job } = work;
  const { query } = context.database;
  const settings = await settingsInForce(context, job.project_id);
  const plan = await readPlanJson(query, context.encryption, job.id);
  const report = mergeReports(
    evaluatePlan(plan, settings, {
      destroys: job.type === 'destroy',
      callerLimits: job.blast_radius ? blastRadiusSchema.parse(JSON.parse(job.blast_radius)) : null,
    }),
    await evaluateUserRules(plan, settings),
  );
  return redactReport(report, await work.secrets.redactor());
}
