import type { ComplianceFinding as ShownFinding } from '@deployment-engine/contracts';
import { judgeStack, modesBySeverity, type StackFinding } from '@deployment-engine/policy';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../../context.ts';
import { effectiveSettings } from '../../policy/effective-settings.ts';
import type { StackDeployment } from '../../stacks/plan-stack.ts';

/** What is to be looked at, whether it needs an approval, and what does not meet the stack's own requirements. */
export type JudgedDeployment = { warnings: string[]; asks: boolean; compliance: ShownFinding[] };

/**
 * Judges a resolved stack by the operator's rules and by its own requirements. Throws `policy_denied` if one blocks it.
 */
export async function judgeDeployment(
  { operatorPolicy }: Pick<Context, 'operatorPolicy'>,
  { stack, environment }: { stack: string; environment: string },
  deployment: Pick<StackDeployment, 'components' | 'compliance'>,
): Promise<JudgedDeployment> {
  const findings = await judgeStack(operatorPolicy.enforce.stackRules, {
    stack,
    environment,
    components: deployment.components.map(({ plan }) => {
      const { id, service, name, kind, region, stateful, labels, dependsOn, spec, infra } = plan;
      return { id, service, name, kind, region, stateful, labels, dependsOn, spec, infra };
    }),
  });
  const compliance = judgeCompliance(operatorPolicy, deployment);
  const all = [
    ...findings.map(({ mode, ...finding }) => ({ mode, text: describe(finding) })),
    ...compliance.map(({ mode, file, line, column, ...finding }) => ({
      mode,
      text: `${describe(finding)} (${file}:${line}:${column})`,
    })),
  ];
  const blocking = all.filter(({ mode }) => mode === 'block');
  if (blocking.length > 0)
    throw new DomainError(
      'policy_denied',
      `judging stack ${stack} in ${environment}: ${blocking
        .slice(0, 10)
        .map(({ text }) => text)
        .join('; ')}`,
    );
  const asks = all.some(({ mode }) => mode === 'approve');
  return { warnings: findings.map(describe), asks, compliance };
}

/** The operator's profile gives the mode by the severity. */
function judgeCompliance(
  operatorPolicy: Context['operatorPolicy'],
  { compliance }: Pick<StackDeployment, 'compliance'>,
): ShownFinding[] {
  const { profile } = effectiveSettings(operatorPolicy, '', null);
  return compliance.map(({ requirement, severity, ...rest }) => {
    const id = `COMPLIANCE-${requirement.toUpperCase()}`;
    return { id, severity, mode: modesBySeverity[profile][severity], ...rest };
  });
}

function describe({ id, component, message }: Omit<StackFinding, 'mode'>): string {
  return `${id}${component === null ? '' : ` at ${component}`}: ${message}`;
}
