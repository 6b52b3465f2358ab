import { compareTexts } from '../errors.ts';
import { foundationKind, type Kind, type KindCatalog, type KindOrigin } from '../kind/kind.ts';
import type { Resolution, ResolvedComponent } from '../resolution.ts';
import type { Json } from '../tree/tree.ts';

/** The id of the implicit component with the network. */
export const foundationId = '_foundation';

/** An output of another component that a component's project receives as an input. */
export type InputReference = {
  /** `service/component.output`, as the code of kinds spells it. */
  name: string;
  component: string;
  output: string;
  /** Number of items that a list will have, where the stack says so: it can be planned before it is known. */
  length?: number;
};

/** One project of a stack. Plain JSON. */
export type ComponentPlan = {
  /** `service/component`, with `@region` if the component names its regions; `_foundation` for the network. */
  id: string;
  service: string;
  name: string;
  kind: string;
  kindOrigin: KindOrigin;
  region: string;
  projectId: string;
  spec: Json;
  infra: Json;
  configs: Record<string, string>;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Ids, sorted; includes the foundation if the stack has one. */
  dependsOn: string[];
  inputs: InputReference[];
  stateful: boolean;
  usualMinutes: number;
  movedFrom?: string;
  /** 0 is the foundation; the others begin with 1, also without a foundation. */
  wave: number;
  /** Names of the kind's outputs. */
  outputs: string[];
};

export type StackPlan = {
  /** In order of waves. */
  components: ComponentPlan[];
  outputs: Resolution['outputs'];
};

/** Lists the projects that deploy a stack. Throws if a kind is not in the catalog. */
export function stackPlan(resolution: Resolution, { kinds }: KindCatalog): StackPlan {
  const kindOf = (name: string): Kind => {
    const kind = kinds.get(name);
    if (!kind) throw new Error(`planning stack ${resolution.stack}: there is no kind ${name}`);
    return kind;
  };
  const components = resolution.waves.flatMap((ids, index) =>
    ids.flatMap((id) => {
      const component = resolution.components.get(id);
      return component ? [componentPlan(component, index + 1, resolution, kindOf)] : [];
    }),
  );
  const foundation = foundationPlan(resolution, kindOf);
  return { components: [...foundation, ...components], outputs: resolution.outputs };
}

function foundationPlan({ foundation }: Resolution, kindOf: (name: string) => Kind): ComponentPlan[] {
  if (!foundation) return [];
  const { origin, stateful, usualMinutes, outputs } = kindOf(foundationKind);
  return [
    {
      id: foundationId,
      service: '_stack',
      name: foundationId,
      ...foundation,
      kindOrigin: origin,
      infra: {},
      configs: {},
      labels: {},
      annotations: {},
      dependsOn: [],
      inputs: [],
      stateful,
      usualMinutes,
      wave: 0,
      outputs,
    },
  ];
}

function componentPlan(
  component: ResolvedComponent,
  wave: number,
  resolution: Resolution,
  kindOf: (name: string) => Kind,
): ComponentPlan {
  const { provenance: _, configs = {}, ...rest } = component;
  const kind = kindOf(component.kind);
  const edges = resolution.graph.edges.filter((edge) => edge.component === component.id);
  const foundation = resolution.foundation ? [foundationId] : [];
  const referenced = edges.flatMap(({ by, dependsOn }) => {
    const target = resolution.components.get(dependsOn);
    if (by !== 'reference' || !target) return [];
    const { outputs } = kindOf(target.kind);
    return kind.referencedOutputs
      .filter((output) => outputs.includes(output))
      .map((output) => inputOf(dependsOn, output));
  });
  const inputs = [
    ...foundationInputs(resolution.foundation, kind, kindOf),
    ...referenced,
    ...namedOutputs(rest.spec),
  ];
  return {
    ...rest,
    kindOrigin: kind.origin,
    configs,
    dependsOn: [...new Set([...foundation, ...edges.map((edge) => edge.dependsOn)])].sort(compareTexts),
    inputs: [...new Map(inputs.map((input) => [input.name, input])).values()].sort((left, right) =>
      compareTexts(left.name, right.name),
    ),
    stateful: kind.stateful,
    usualMinutes: kind.usualMinutes,
    wave,
    outputs: kind.outputs,
  };
}

function inputOf(component: string, output: string): InputReference {
  return { name: `${component}.${output}`, component, output };
}

/** The foundation has a subnet of each sort per zone and one address range. */
function foundationInputs(
  foundation: Resolution['foundation'],
  kind: Kind,
  kindOf: (name: string) => Kind,
): InputReference[] {
  if (!foundation) return [];
  const zones = isMap(foundation.spec) ? foundation.spec.availabilityZones : undefined;
  const subnets = Array.isArray(zones) ? zones.length : 0;
  const lengths: Record<string, number> = {
    privateSubnetIds: subnets,
    publicSubnetIds: subnets,
    internalCidrs: 1,
  };
  const { outputs } = kindOf(foundationKind);
  return kind.foundationOutputs
    .filter((output) => outputs.includes(output))
    .map((output) => {
      const length = lengths[output];
      return { ...inputOf(foundationId, output), ...(length === undefined ? {} : { length }) };
    });
}

/** What every `valueFrom` of a resolved spec names. */
function namedOutputs(value: Json, field = ''): InputReference[] {
  if (Array.isArray(value)) return value.flatMap((item) => namedOutputs(item));
  if (!isMap(value)) return [];
  const { component, output } = value;
  if (field === 'valueFrom' && typeof component === 'string')
    return typeof output === 'string' ? [inputOf(component, output)] : [];
  return Object.entries(value).flatMap(([name, inner]) => namedOutputs(inner, name));
}

function isMap(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
