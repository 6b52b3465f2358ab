import type { PolicyFinding, StepName } from '@deployment-engine/contracts';
import type { Context } from '../../context.ts';
import { engineFacts } from '../../http/call.ts';
import type { JobRow } from '../../server/database/job-row.ts';
import type { Query } from '../../server/database/open.ts';
import { noteFound } from '../note-outbox.ts';

/** Notes and records in the audit log that a policy has ended a job. Must be the transaction's last statement. */
export async function recordDenial(
  { audit }: Context,
  trx: Query,
  job: JobRow,
  denial: { step: StepName; findings: PolicyFinding[] },
): Promise<void> {
  const rules = [...new Set(denial.findings.map(({ id }) => id))];
  await noteFound(trx, job, 'policy.denied', { detail: `Rules: ${rules.join(', ')}.`, once: true });
  const detail = { step: denial.step, rules, askedBy: job.created_by };
  const facts = engineFacts('denyJob', { project: job.project_id, job: job.id, detail });
  await audit.append(trx, { ...facts, outcome: 'denied', problem: 'policy_denied' });
}
