import type {
  JobErrorReason,
  JobEventBody,
  PolicyFinding,
  PolicyReport,
  PolicyVerdict,
} from '@deployment-engine/contracts';
import { blastRadiusIds, findingsText, mergeReports } from '@deployment-engine/policy';
import type { JobRow } from '../../server/database/job-row.ts';

/** One gate's decision about a plan, with the reason. */
export type GateDecision = Omit<Extract<JobEventBody, { type: 'gate' }>, 'type'> & {
  /** The `reason` of the job's failure, if the gate blocks. */
  reason: JobErrorReason;
  findings: PolicyFinding[];
};

const verdicts = { pass: 'passed', warn: 'warned', approve: 'approval_required', block: 'blocked' } as const;
const order: readonly PolicyVerdict[] = ['pass', 'warn', 'approve', 'block'];

/** Returns the gates' decisions from the findings on code and plan; none without findings. */
export function policyDecisions(job: JobRow, code: PolicyReport | null, plan: PolicyReport): GateDecision[] {
  // Findings on code concern what it would create, so they do not count for a destroy: it does what its plan says.
  const merged = mergeReports(plan, ...(code && job.type !== 'destroy' ? [code] : []));
  const isLimit = ({ id }: PolicyFinding) => blastRadiusIds.includes(id);
  const decisions = [
    decisionOf(job, 'blast_radius', merged.findings.filter(isLimit)),
    decisionOf(
      job,
      'policy',
      merged.findings.filter((finding) => !isLimit(finding)),
      merged.truncated ? merged.verdict : 'pass',
    ),
  ];
  return decisions.filter(({ verdict }) => verdict !== 'passed');
}

function decisionOf(
  job: JobRow,
  gate: 'policy' | 'blast_radius',
  findings: PolicyFinding[],
  atLeast: PolicyVerdict = 'pass',
): GateDecision {
  const ranks = findings.map(({ mode }) => order.indexOf(mode === 'off' ? 'pass' : mode));
  const verdict = order[Math.max(order.indexOf(atLeast), ...ranks)] ?? 'pass';
  const decisive = findings.filter(({ mode }) => mode === verdict);
  const where = `GET /api/deploy/jobs/${job.id}/policy`;
  const opening = `${gate}: ${decisive.length} finding${decisive.length === 1 ? '' : 's'} ${effects[verdict]}`;
  return {
    gate,
    verdict: verdicts[verdict],
    message: `${opening}: ${findingsText(decisive, where)}`,
    reason: 'policy_denied',
    findings: decisive,
  };
}

const effects: Record<PolicyVerdict, string> = {
  pass: 'to look at',
  warn: 'to look at',
  approve: 'to approve',
  block: 'that must not be applied',
};
