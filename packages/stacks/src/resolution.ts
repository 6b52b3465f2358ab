import type { ComplianceFinding } from './compliance/check-compliance.ts';
import type { Place, StackError, StackWarning } from './errors.ts';
import type { KindCatalog } from './kind/kind.ts';
import type { Edge, StackOutput } from './references/resolve-references.ts';
import type { Json } from './tree/tree.ts';

export type ResolvedComponent = {
  /** `service/component`, with `@region` if the component names its regions. */
  id: string;
  service: string;
  name: string;
  kind: string;
  region: string;
  /** Of the engine's project that deploys it. */
  projectId: string;
  /** Complete: layers, variables, defaults; references are ids. */
  spec: Json;
  infra: Json;
  /** Files of `spec.configs.files` after variables: name → text. */
  configs?: Record<string, string>;
  /** Of stack, service and component. */
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** The id it had before, as its file says. */
  movedFrom?: string;
  /** Which place said each value, by a path like `spec.ports[0].port`; for a default, the map around it. */
  provenance: () => Map<string, Place>;
};

/** The network of a stack in an environment, which comes before its first wave. */
export type Foundation = { kind: string; region: string; projectId: string; spec: Json };

export type Graph = { nodes: string[]; edges: Edge[] };

export type Resolution = {
  errors?: undefined;
  warnings: StackWarning[];
  stack: string;
  environment: string;
  /** By id. */
  components: Map<string, ResolvedComponent>;
  graph: Graph;
  /** Ids that can be applied together; each wave needs only the ones before. */
  waves: string[][];
  foundation?: Foundation;
  /** `spec` of the stack, with the environment's. */
  stackSpec: Json;
  outputs: Record<string, StackOutput>;
  /** Those of the engine and of the repository. */
  kinds: KindCatalog;
  /** What does not meet the stack's own requirements; each is a warning too. */
  compliance: ComplianceFinding[];
};
export type Refusal = { errors: StackError[]; warnings: StackWarning[] };

/** Renders what a run deploys as plain JSON: components, edges and waves. */
export function resolutionJson({ components, graph, waves }: Resolution): { [key: string]: Json } {
  const rendered = [...components.values()].map(({ id, kind, region, projectId, spec, infra, configs }) => [
    id,
    { kind, region, projectId, spec, infra, ...(configs ? { configs } : {}) },
  ]);
  return {
    components: Object.fromEntries(rendered),
    edges: graph.edges.map(({ component, dependsOn, by }) => ({ component, dependsOn, by })),
    waves,
  };
}
