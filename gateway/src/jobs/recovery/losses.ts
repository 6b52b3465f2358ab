import {
  instanceAddresses,
  type TerraformPlan,
  type TerraformState,
} from '@deployment-engine/terraform-code';
import { identityOf, type JournalCall, mayHaveCreated } from './journal-calls.ts';
import { matchCalls } from './match-calls.ts';
import { type PlannedCreation, plannedCreations } from './planned-creations.ts';
import { objectKey, objectsOf, type StateObject, sensitivePaths } from './state-objects.ts';

/** What is known about an apply that did not succeed. */
export type EndedApply = {
  plan: TerraformPlan;
  /** The newest state. */
  state: TerraformState | undefined;
  /** `undefined` if the journal can't be read at the moment. */
  journal: { calls: JournalCall[]; providers: string[] } | undefined;
  /** Addresses whose creation Terraform has begun, in that order. */
  started: Set<string>;
  /** The apply's own state, if another job has continued from an earlier one. */
  overtaken: TerraformState | undefined;
};

/** An object that the cloud confirmed and that no state has. */
export type ProvenObject = { address: string; object: StateObject };

/** A creation whose object may exist and that no state has. */
export type Unaccounted = {
  /** `null` if the call fits no planned address. */
  address: string | null;
  creation: Omit<PlannedCreation, 'sensitive' | 'dependencies'>;
  /** Whether its creation had begun, as far as is known. */
  started: boolean;
  /** The object's id, if known. */
  objectId: string | null;
};

export type Losses = {
  proven: ProvenObject[];
  unaccounted: Unaccounted[];
  /** Addresses in the newest state, before proven objects are added to it. */
  recorded: ReadonlySet<string>;
};

/**
 * Finds what an apply may have created that the newest state does not have. A provider with a journal has created
 * nothing that is not in it. For other providers, every planned creation that is not in the state may exist.
 */
export function findLosses({ plan, state, journal, started, overtaken }: EndedApply): Losses {
  const objects = objectsOf(state);
  const recorded = instanceAddresses(state ?? { resources: [] });
  const creations = plannedCreations(plan);
  const order = [...started];
  const place = ({ address }: PlannedCreation) => order.indexOf(address) + 1 || order.length + 1;
  const missing = creations.filter(({ address, replaces }) => {
    const instance = recorded.get(address);
    return !instance || (replaces !== null && instance.attributes.id === replaces);
  });
  const calls = (journal?.calls ?? []).filter(({ action }) => action === 'create');
  const lost = calls.filter(
    ({ type, created }) => !created || !objects.has(objectKey(type, identityOf(created))),
  );
  const matches = matchCalls(
    lost,
    missing.toSorted((a, b) => place(a) - place(b)),
  );
  const losses: Losses = { proven: [], unaccounted: [], recorded: new Set(recorded.keys()) };
  for (const call of lost) {
    const creation = matches.get(call);
    if (call.created && creation) losses.proven.push(proven(call, creation));
    else if (call.created || mayHaveCreated(call)) losses.unaccounted.push(unaccounted(call, creation));
  }
  if (overtaken) addOvertaken(losses, { creations, missing, objects, overtaken });
  const known = new Set(losses.proven.map(({ address }) => address));
  const isJournaled = ({ provider }: PlannedCreation) => journal?.providers.includes(provider) ?? false;
  for (const creation of missing)
    if (!isJournaled(creation) && !known.has(creation.address))
      losses.unaccounted.push(unjournaled(creation, started.has(creation.address)));
  return losses;
}

/** Adds objects from the apply's overtaken state. If another object has taken its address, an object is unaccounted. */
function addOvertaken(
  losses: Losses,
  found: {
    creations: PlannedCreation[];
    missing: PlannedCreation[];
    objects: Set<string>;
    overtaken: TerraformState;
  },
): void {
  const known = new Set(losses.proven.map(({ address }) => address));
  const instances = instanceAddresses(found.overtaken);
  for (const creation of found.creations) {
    const instance = instances.get(creation.address);
    if (!instance || known.has(creation.address)) continue;
    const identity = identityOf(instance.attributes);
    if (found.objects.has(objectKey(creation.type, identity))) continue;
    const { address } = creation;
    if (found.missing.includes(creation))
      losses.proven.push({ address, object: objectOf(creation, instance.attributes, instance) });
    else losses.unaccounted.push({ address, creation: plain(creation), started: true, objectId: identity });
  }
}

function proven({ end, created }: JournalCall, creation: PlannedCreation): ProvenObject {
  const object = objectOf(creation, created ?? {}, {
    sensitivePaths: sensitivePaths(creation.sensitive),
    schemaVersion: end?.schemaVersion ?? 0,
    private: end?.private ?? null,
    isTainted: (end?.errors.length ?? 0) > 0,
  });
  return { address: creation.address, object };
}

function objectOf(
  creation: PlannedCreation,
  attributes: Record<string, unknown>,
  record: Pick<StateObject, 'sensitivePaths' | 'schemaVersion' | 'private' | 'isTainted'>,
): StateObject {
  const { moduleAddress, type, name, key, provider, providerKey, dependencies } = creation;
  const { sensitivePaths, schemaVersion, private: data, isTainted } = record;
  return {
    ...{ moduleAddress, type, name, key, provider, providerKey, dependencies, attributes },
    ...{ sensitivePaths, schemaVersion, private: data, isTainted },
  };
}

function unaccounted(call: JournalCall, creation: PlannedCreation | undefined): Unaccounted {
  const { provider, type, planned, created } = call;
  const place = creation ? plain(creation) : noPlace;
  return {
    address: creation?.address ?? null,
    creation: { ...place, provider, type, values: planned },
    started: true,
    objectId: created ? identityOf(created) : null,
  };
}

function unjournaled(creation: PlannedCreation, started: boolean): Unaccounted {
  return { address: creation.address, creation: plain(creation), started, objectId: null };
}

const noPlace = { address: '', moduleAddress: '', name: '', key: null, providerKey: '', replaces: null };

function plain({ sensitive: _sensitive, dependencies: _dependencies, ...rest }: PlannedCreation) {
  return rest;
}
