import { asRecord, asString } from '@deployment-engine/terraform-code';
import type { PlanModel, PlannedResource } from './plan-model.ts';
import { type References, referencesOf } from './references.ts';
import { review, type Violation, violationIf } from './rule.ts';

/** Resources that refer to another one by an argument, as an access block refers to its bucket. */
export type Companions = {
  certain: PlannedResource[];
  /** May also belong to another resource: known only after apply. */
  possible: PlannedResource[];
};

type CompanionsByResource = Map<PlannedResource, Companions>;

const ofPlans = new WeakMap<PlanModel, Map<string, CompanionsByResource>>();

/** Returns the resources of a type whose argument refers to the resource. */
export function companionsOf(
  plan: PlanModel,
  resource: PlannedResource,
  type: string,
  argument: string,
): Companions {
  const known = ofPlans.get(plan) ?? new Map<string, CompanionsByResource>();
  ofPlans.set(plan, known);
  const key = `${resource.type} ${type} ${argument}`;
  const found = known.get(key) ?? findCompanions(plan, resource.type, type, argument);
  known.set(key, found);
  return found.get(resource) ?? { certain: [], possible: [] };
}

/** Returns a violation if no companion belongs to the resource. */
export function expectCompanion(
  plan: PlanModel,
  resource: PlannedResource,
  type: string,
  argument: string,
  message: string,
): Violation[] {
  const { certain, possible } = companionsOf(plan, resource, type, argument);
  if (certain.length > 0) return [];
  return possible.length > 0 ? review(`what ${type} belongs to`) : violationIf(true, message);
}

function findCompanions(
  plan: PlanModel,
  targetType: string,
  type: string,
  argument: string,
): CompanionsByResource {
  const targets = new Targets(plan.byType.get(targetType) ?? []);
  const found: CompanionsByResource = new Map(
    targets.all.map((target) => [target, { certain: [], possible: [] }]),
  );
  const undecided = new Map<string, { companions: PlannedResource[]; candidates: PlannedResource[] }>();
  for (const companion of plan.byType.get(type) ?? []) {
    const candidates = targets.namedBy(plan, companion, argument);
    const [only, ...others] = candidates;
    if (only && others.length === 0) found.get(only)?.certain.push(companion);
    if (others.length === 0) continue;
    const key = `${candidates.length} ${candidates[0]?.address} ${candidates.at(-1)?.address}`;
    const group = undecided.get(key) ?? { companions: [], candidates };
    group.companions.push(companion);
    undecided.set(key, group);
  }
  for (const group of undecided.values()) share(found, group);
  return found;
}

/** Distributes companions: each covers one resource, so equal numbers leave none uncovered. */
function share(
  found: CompanionsByResource,
  { companions, candidates }: { companions: PlannedResource[]; candidates: PlannedResource[] },
): void {
  const open = candidates.filter((candidate) => found.get(candidate)?.certain.length === 0);
  const certainty = companions.length >= open.length ? 'certain' : 'possible';
  for (const candidate of open) found.get(candidate)?.[certainty].push(...companions);
}

/** Resources of one type, indexed by what may refer to them. */
class Targets {
  readonly all: PlannedResource[];
  readonly #keys: Map<PlannedResource, string>;
  readonly #byName = new Map<string, PlannedResource[]>();
  readonly #byAddress: Map<string, PlannedResource[]>;

  constructor(all: PlannedResource[]) {
    this.all = all;
    this.#keys = new Map(all.map((target) => [target, keysOf(target.address)]));
    this.#byAddress = Map.groupBy(all, ({ modulePath, type, name }) => `${modulePath} ${type}.${name}`);
    for (const target of all)
      for (const name of namesOf(target)) this.#byName.set(name, [...(this.#byName.get(name) ?? []), target]);
  }

  /** Returns what a companion's argument may refer to: by its value if known, else by its references. */
  namedBy(plan: PlanModel, companion: PlannedResource, argument: string): PlannedResource[] {
    const value = asString(asRecord(companion.after)[argument]);
    if (value !== '') return this.#byName.get(value)?.slice(0, 1) ?? [];
    const references = referencesOf(plan, companion, companion.configuration.expressions?.[argument]);
    const referred = references.resources.flatMap((reference) =>
      (this.#byAddress.get(`${reference.modulePath} ${reference.address}`) ?? []).filter(
        (target) =>
          (reference.key === null || reference.key === target.key) &&
          (reference.moduleInstance === null || target.moduleAddress.includes(reference.moduleInstance)),
      ),
    );
    const named = referred.length > 0 ? [...new Set(referred)] : this.#behindLocals(references);
    const inScope = named.filter((target) => isInScope(companion, target));
    const keys = keysOf(companion.address);
    const sameKeys = references.byInstanceKey
      ? inScope.filter((target) => this.#keys.get(target) === keys)
      : [];
    return sameKeys.length > 0 ? sameKeys : inScope;
  }

  /** Returns candidates of a local: it may refer to anything in its module or the modules inside. */
  #behindLocals({ localsOf }: References): PlannedResource[] {
    return this.all.filter(({ modulePath }) =>
      localsOf.some((path) => path === '' || modulePath === path || modulePath.startsWith(`${path}.`)),
    );
  }
}

function namesOf({ after }: PlannedResource): string[] {
  const names = ['id', 'arn', 'bucket', 'name'].map((name) => asString(asRecord(after)[name]));
  return [...new Set(names)].filter((name) => name !== '');
}

/** Requires both to be in the same instances of their common modules. */
function isInScope(companion: PlannedResource, target: PlannedResource): boolean {
  if (companion.moduleAddress === '' || target.moduleAddress === '') return true;
  const [own, other] = [companion, target].map(({ moduleAddress }) => modulesOf(moduleAddress));
  for (const [index, module] of (own ?? []).entries()) {
    if (other?.[index] === undefined || other[index].name !== module.name) return true;
    if (other[index].address !== module.address) return false;
  }
  return true;
}

function modulesOf(moduleAddress: string): { name: string; address: string }[] {
  const segments = moduleAddress.matchAll(/module\.([^.[]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/g);
  return [...segments].map(([address, name = '']) => ({ name, address }));
}

function keysOf(address: string): string {
  return [...address.matchAll(/\[("(?:[^"\\]|\\.)*"|\d+)\]/g)].map(([key]) => key).join('');
}
