import type { TaskAction } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
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

/**
 * A resolved component with the digest of its generated files. `projectId` is what it was deployed to at that time; a
 * component that was moved has that of its first name.
 */
export type PlannedComponent = { plan: ComponentPlan; codeDigest: string; projectId?: string };

/** Returns the tasks that deploy components. `deployed` is what the environment has. */
export function deployTasks(
  components: PlannedComponent[],
  deployed: ComponentRow[],
  encryption: Encryption,
): NewTask[] {
  const inside = new Set(components.map(({ plan }) => plan.id));
  return components.map(({ plan, codeDigest, projectId }) => {
    const before = earlierOf(plan, deployed, encryption);
    const earlier = before && componentContent(encryption, before);
    return {
      plan,
      changes: changesOf(earlier, plan),
      projectId: projectId ?? before?.project_id ?? freeProjectId(plan, deployed),
      wave: plan.wave,
      needs: plan.dependsOn.filter((id) => inside.has(id)),
      action: 'deploy',
      codeDigest,
    };
  });
}

/**
 * Returns what the component has deployed, or else the one that it was moved from, whose project it takes over. One with
 * several regions takes over what lies in the same region.
 */
export function earlierOf(
  { id, movedFrom, region }: ComponentPlan,
  deployed: ComponentRow[],
  encryption: Encryption,
): ComponentRow | undefined {
  const named = (name: string) => deployed.find(({ component }) => component === name);
  const own = named(id);
  if (own || movedFrom === undefined) return own;
  const before = named(movedFrom);
  if (!id.includes('@')) return before;
  const isHere = before && componentContent(encryption, before).region === region;
  return named(`${movedFrom}@${region}`) ?? (isHere ? before : undefined);
}

/** Throws if the project still belongs to the component that was once moved away from this name. */
function freeProjectId({ id, projectId }: ComponentPlan, deployed: ComponentRow[]): string {
  const owner = deployed.find(({ project_id }) => project_id === projectId);
  if (!owner) return projectId;
  const detail = `component ${id} can't have this name: its project ${projectId} belongs to ${owner.component}, which was moved from it; choose another name`;
  throw new DomainError('invalid_request', 'the request is not valid', {
    fields: [{ pointer: '/files', detail }],
  });
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

/**
 * Throws `dependents_remain` if a deployed component that the pipeline neither deploys nor destroys still needs one of
 * `lost`, which the files no longer have.
 */
export function requireUnneeded(
  lost: ComponentRow[],
  deployed: ComponentRow[],
  deploys: string[],
  encryption: Encryption,
): void {
  if (lost.length === 0) return;
  const gone = new Set(lost.map(({ component }) => component));
  const needing = deployed.flatMap((row) => {
    if (gone.has(row.component) || deploys.includes(row.component)) return [];
    const { dependsOn } = componentContent(encryption, row);
    return dependsOn.filter((id) => gone.has(id)).map((id) => `${row.component} needs ${id}`);
  });
  if (needing.length === 0) return;
  throw new DomainError(
    'dependents_remain',
    `destroying what the files no longer have: ${needing.slice(0, 10).join(', ')}; deploy that first, or the whole stack`,
  );
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
