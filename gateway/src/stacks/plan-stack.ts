import {
  type ComplianceFinding,
  type ComponentPlan,
  componentFiles,
  findKind,
  type KindCatalog,
  type Resolution,
  resolveStack,
  type StackError,
  type StackWarning,
  stackPlan,
} from '@deployment-engine/stacks';
import type { PlanQuestion } from './resolver-messages.ts';

export type StackDeployment = {
  warnings: StackWarning[];
  components: { plan: ComponentPlan; files: Record<string, string> }[];
  outputs: Resolution['outputs'];
  /** Environments in the order in which a version goes through them. */
  promotion: string[];
  approval: { required: boolean; approvers: string[] };
  /** In USD; `null` without `spec.budget.maxMonthly`. */
  maxMonthly: number | null;
  /** What does not meet the requirements of the stack's files of kind Compliance. */
  compliance: ComplianceFinding[];
  /** Whether a failed pipeline is rolled back unless the request says otherwise. */
  rollsBack: boolean;
};
type StackSpec = {
  provider?: { region?: string; accountId?: string };
  promotion?: string[];
  approval?: { environments?: Record<string, { required?: boolean; approvers?: string[] }> };
  rollback?: { onFailure?: unknown };
  budget?: { maxMonthly?: unknown };
};
export type StackRefusal = { errors: StackError[]; warnings: StackWarning[] };

/** Resolves a stack to the projects of its components, or to all its errors. */
export function planStack(question: PlanQuestion, engine: KindCatalog): StackDeployment | StackRefusal {
  const { stack, environment } = question;
  const resolution = resolveStack({ ...question, kinds: engine });
  if (resolution.errors) return { errors: resolution.errors, warnings: resolution.warnings };
  const { kinds } = resolution;
  const { components, outputs } = stackPlan(resolution, kinds);
  const { provider = {}, promotion = [], approval, rollback, budget } = resolution.stackSpec as StackSpec;
  const environments = new Map(Object.entries(approval?.environments ?? {}));
  const { required = true, approvers = [] } = environments.get(environment) ?? { required: false };
  return {
    warnings: resolution.warnings,
    components: components.map((plan) => {
      const kind = findKind(kinds, plan.kind);
      if (!kind) throw new Error(`planning ${plan.id}: kind ${plan.kind} is missing`);
      return { plan, files: componentFiles({ stack, environment, component: plan, kind, provider }) };
    }),
    outputs,
    promotion,
    approval: { required, approvers },
    maxMonthly: typeof budget?.maxMonthly === 'number' ? budget.maxMonthly : null,
    compliance: resolution.compliance,
    rollsBack: rollback?.onFailure === true,
  };
}
