import type { StackFinding } from '@deployment-engine/policy';
import { judgeStack } from '@deployment-engine/policy';
import { DomainError } from '@deployment-engine/service';
import type { Context } from '../../context.ts';
import type { StackDeployment } from '../../stacks/plan-stack.ts';

/**
 * Judges a resolved stack by the operator's rules. Throws `policy_denied` if one blocks it. Returns what is to be looked
 * at, and whether it needs an approval.
 */
export async function judgeDeployment(
  { operatorPolicy }: Pick<Context, 'operatorPolicy'>,
  { stack, environment }: { stack: string; environment: string },
  { components }: Pick<StackDeployment, 'components'>,
): Promise<{ warnings: string[]; asks: boolean }> {
  const findings = await judgeStack(operatorPolicy.enforce.stackRules, {
    stack,
    environment,
    components: components.map(({ plan }) => {
      const { id, service, name, kind, region, stateful, labels, dependsOn, spec, infra } = plan;
      return { id, service, name, kind, region, stateful, labels, dependsOn, spec, infra };
    }),
  });
  const blocking = findings.filter(({ mode }) => mode === 'block');
  if (blocking.length > 0)
    throw new DomainError(
      'policy_denied',
      `judging stack ${stack} in ${environment}: ${blocking.slice(0, 10).map(describe).join('; ')}`,
    );
  return { warnings: findings.map(describe), asks: findings.some(({ mode }) => mode === 'approve') };
}

function describe({ id, component, message }: StackFinding): string {
  return `${id}${component === null ? '' : ` at ${component}`}: ${message}`;
}
