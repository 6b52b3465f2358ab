import type { TaskAction } from '@deployment-engine/contracts';
import { type ComponentPlan, changedFields } from '@deployment-engine/stacks';
import type { Encryption } from '../../server/encryption.ts';
import { componentContent, type FieldChange } from '../contents.ts';
import type { ComponentRow } from '../rows.ts';

export type NewTask = {
  plan: ComponentPlan;
  changes: FieldChange[];
  projectId: string;
  wave: number;
  /** Components of the same pipeline whose tasks must end first. */
  needs: string[];
  action: TaskAction;
  codeDigest: string | null;
  notBefore?: Date;
};

/** A resolved component with the digest of its generated files. */
export type PlannedComponent = { plan: ComponentPlan; codeDigest: string };

/**
 * Returns the tasks that deploy components. `deployed` is what the environment has, by component: a component that was
 * moved takes over the project of the one it was.
 */
export function deployTasks(
  components: PlannedComponent[],
  deployed: Map<string, ComponentRow>,
  encryption: Encryption,
): NewTask[] {
  const inside = new Set(components.map(({ plan }) => plan.id));
  return components.map(({ plan, codeDigest }) => {
    const before = earlierOf(plan, deployed);
    const earlier = before && componentContent(encryption, before);
    return {
      plan,
      changes: changesOf(earlier, plan),
      projectId: before?.project_id ?? plan.projectId,
      wave: plan.wave,
      needs: plan.dependsOn.filter((id) => inside.has(id)),
      action: 'deploy',
      codeDigest,
    };
  });
}

/** Returns what the component, or the one it was moved from, has deployed. */
function earlierOf(plan: ComponentPlan, deployed: Map<string, ComponentRow>): ComponentRow | undefined {
  return deployed.get(plan.id) ?? (plan.movedFrom === undefined ? undefined : deployed.get(plan.movedFrom));
}

function changesOf(before: ComponentPlan | undefined, after: ComponentPlan): FieldChange[] {
  const shown = ({ spec, infra, configs }: ComponentPlan) => ({ spec, infra, configs });
  return changedFields(before && shown(before), shown(after)).map((change) => ({
    path: change.path,
    before: change.before ?? null,
    after: change.after ?? null,
  }));
}

/**
 * Returns the tasks that destroy components, what nothing needs first. They come after wave `after`, and after the tasks
 * of `also`.
 */
export function destroyTasks(
  rows: ComponentRow[],
  encryption: Encryption,
  { after = -1, also = [] }: { after?: number; also?: string[] } = {},
): NewTask[] {
  const plans = new Map(rows.map((row) => [row.component, componentContent(encryption, row)]));
  const dependents = (id: string) =>
    [...plans.values()].filter(({ dependsOn }) => dependsOn.includes(id)).map((plan) => plan.id);
  const waves = new Map<string, number>();
  const waveOf = (id: string): number => {
    const known = waves.get(id);
    if (known !== undefined) return known;
    waves.set(id, after + 1); // ends the recursion; resolved stacks have no cycles
    const wave = Math.max(after, ...dependents(id).map(waveOf)) + 1;
    waves.set(id, wave);
    return wave;
  };
  const tasks = rows.map((row): NewTask => {
    const plan = plans.get(row.component);
    if (!plan) throw new Error(`destroying ${row.component}: its content is missing`);
    const needs = [...also, ...dependents(row.component)];
    return {
      plan: { ...plan, id: row.component },
      changes: [],
      projectId: row.project_id,
      wave: waveOf(row.component),
      needs,
      action: 'destroy',
      codeDigest: null,
    };
  });
  return tasks.sort((left, right) => left.wave - right.wave);
}

/** Returns the tasks that look for drift, all at once. */
export function checkTasks(rows: ComponentRow[], encryption: Encryption): NewTask[] {
  return rows.map((row) => ({
    plan: { ...componentContent(encryption, row), id: row.component },
    changes: [],
    projectId: row.project_id,
    wave: 0,
    needs: [],
    action: 'check',
    codeDigest: null,
  }));
}
