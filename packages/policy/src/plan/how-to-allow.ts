import type { PolicyFinding } from '@deployment-engine/contracts';

type Named = Pick<PolicyFinding, 'id' | 'mode' | 'subject' | 'address' | 'file'>;

export type Exemption = {
  allowable: boolean;
  /** Whether the operator enforces the rule: a project's exemption has no effect then. */
  isEnforced: boolean;
  /** Further requirement besides the exemption, as a sentence. */
  alsoNeeded?: string | undefined;
};

/** Says which request exempts a finding, who may send it, and what else the code needs. */
export function howToAllow(finding: Named, { allowable, isEnforced, alsoNeeded }: Exemption): string {
  if (!allowable) return 'Nobody can allow this; change the code.';
  const { id, subject, address, file } = finding;
  const exemption = Object.entries({ id, subject, address, file, who: '…', why: '…' })
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `"${key}": ${JSON.stringify(value)}`)
    .join(', ');
  const grant = isEnforced
    ? `The operator adds {${exemption}} to the exemptions of POLICY_FILE, because the operator enforces this rule.`
    : `An admin sends POST /api/deploy/policy/{projectId}/exemptions with {${exemption}}; deployer policy allow does the same.`;
  const approval =
    finding.mode === 'approve'
      ? 'An approver approves the job (POST /api/deploy/jobs/{jobId}/approve). Or: '
      : '';
  return [`${approval}${grant}`, ...(alsoNeeded ? [`It also needs ${alsoNeeded}.`] : [])].join(' ');
}
