import { type ComplianceFinding, checkCompliance } from './compliance/check-compliance.ts';
import type { Instance } from './components/component.ts';
import { resolveFoundation } from './components/foundation.ts';
import { warnWithoutNetwork } from './components/needs-network.ts';
import { regionOf } from './components/region.ts';
import { resolveComponent } from './components/resolve-component.ts';
import { comparePlaces, compareTexts, Report, startOf } from './errors.ts';
import { findCycles } from './graph/cycles.ts';
import { wavesOf } from './graph/waves.ts';
import type { KindCatalog } from './kind/kind.ts';
import { withOwnKinds } from './kind/own-kinds.ts';
import type { LoadContext } from './loading/context.ts';
import type { ServiceSource } from './loading/service.ts';
import { readStack, type StackSource } from './loading/stack.ts';
import { reportUnused } from './loading/unused.ts';
import { foundationOf, presented } from './present.ts';
import { checkMoves } from './references/check-moves.ts';
import { type Directory, directoryOf } from './references/directory.ts';
import {
  type Edge,
  resolveOutputs,
  resolveReferences,
  serviceEdges,
} from './references/resolve-references.ts';
import { Repository } from './repository.ts';
import type { Graph, Refusal, Resolution } from './resolution.ts';
import { didYouMean } from './suggest.ts';
import { at, type Tree, toJson } from './tree/tree.ts';
import { Scope } from './variables/scope.ts';
import { type VariableSet, variableSet } from './variables/variable-set.ts';

export type ResolveRequest = {
  /** The repository: path → text. Files that are not text are left out. */
  files: ReadonlyMap<string, string>;
  kinds: KindCatalog;
  stack: string;
  environment: string;
  /** What the caller gives on top of the files' variables. */
  variables?: Record<string, string>;
};

/**
 * Resolves a stack of a deployment repository to components, graph and waves for one environment; or to all its
 * errors. Reads nothing but what it is given.
 */
export function resolveStack(request: ResolveRequest): Resolution | Refusal {
  const report = new Report();
  const repository = new Repository(request.files, report);
  const { stack, environment } = request;
  const catalog = withOwnKinds(request.kinds, request.files, report);
  const folder = repository.folder(`stacks/${stack}`);
  if (!folder) {
    const known = [...(repository.folder('stacks')?.folders.keys() ?? [])];
    const hint = didYouMean(stack, known) || `; known: ${known.join(', ') || 'none'}`;
    report.error(
      'missing_stack',
      startOf(`stacks/${stack}/stack.yaml`),
      `stack ${stack} does not exist${hint}`,
    );
    return { errors: report.errors, warnings: report.warnings };
  }
  const overlay = folder.folders.get('environments')?.folders.get(environment);
  const context: LoadContext = { report, catalog, repository, stack, environment, folder, overlay };
  const source = readStack(context);
  const resolved = resolveSource(source, request.variables ?? {}, context);
  const graph = graphOf(resolved, report);
  const compliance = resolved.findings();
  reportUnused(context);
  const { errors, warnings } = report;
  if (errors.length > 0) return { errors, warnings };
  return {
    warnings,
    stack,
    environment,
    components: new Map(resolved.instances.map((instance) => [instance.id, presented(instance)])),
    graph,
    waves: wavesOf(graph.nodes, graph.edges),
    ...(resolved.foundation
      ? { foundation: foundationOf(resolved.foundation, resolved.region, context) }
      : {}),
    stackSpec: toJson(resolved.spec),
    outputs: resolved.outputs,
    kinds: catalog,
    compliance,
  };
}

type Resolved = {
  spec: Tree;
  region: string;
  instances: Instance[];
  edges: Edge[];
  outputs: Resolution['outputs'];
  foundation: Tree | undefined;
  /** Compares with the requirements; only a stack without errors can be compared. */
  findings: () => ComplianceFinding[];
};

function resolveSource(source: StackSource, given: Record<string, string>, context: LoadContext): Resolved {
  const { report, stack, environment } = context;
  const { isIncomplete, lostNames } = source;
  const variables = variableSet({ layers: source.variables, given, isIncomplete, lostNames }, report);
  const scope = new Scope(variables, { STACK: stack, ENVIRONMENT: environment }, report);
  const spec = scope.expandTree(withoutVariables(source.spec));
  const region = regionOf(at(spec, 'provider', 'region'), report) ?? '';
  const dependencies = new Map<string, Tree | undefined>();
  const instances = source.services.flatMap((service) => {
    const ofService = serviceVariables(source, service, given, report);
    const reserved = { STACK: stack, ENVIRONMENT: environment, SERVICE: service.name };
    const dependsOn =
      service.dependsOn && new Scope(ofService, reserved, report).expandTree(service.dependsOn);
    dependencies.set(service.name, dependsOn);
    const around = { stack: source, service, variables: ofService, region };
    return service.components.flatMap((component) => resolveComponent(component, around, context));
  });
  const directory = directoryOf(source, instances);
  const { complete, edges } = withReferences(instances, directory, report);
  checkMoves(complete, directory, report);
  const foundation = resolveFoundation(source, scope, context);
  if (!foundation) warnWithoutNetwork(complete, source, context);
  return {
    spec,
    region,
    instances: complete.sort((left, right) => compareTexts(left.id, right.id)),
    edges: [...edges, ...serviceEdges(dependencies, directory, report)],
    outputs: resolveOutputs(spec, region, directory, report),
    foundation,
    findings: () => checkCompliance(complete, source, scope, context),
  };
}

/** Variables are expanded where they are used. */
function withoutVariables(spec: Tree): Tree {
  if (spec.kind !== 'map') return spec;
  return { ...spec, entries: new Map([...spec.entries].filter(([name]) => name !== 'variables')) };
}

function serviceVariables(
  stack: StackSource,
  service: ServiceSource,
  given: Record<string, string>,
  report: Report,
): VariableSet {
  return variableSet(
    {
      layers: [...stack.variables, ...service.variables],
      given,
      isIncomplete: stack.isIncomplete || service.isIncomplete,
      lostNames: [...stack.lostNames, ...service.lostNames],
    },
    report,
  );
}

function withReferences(
  instances: Instance[],
  directory: Directory,
  report: Report,
): { complete: Instance[]; edges: Edge[] } {
  const edges: Edge[] = [];
  const complete = instances.map((instance) => {
    const resolved = resolveReferences(instance, directory, report);
    edges.push(...resolved.edges);
    return { ...instance, spec: resolved.spec };
  });
  return { complete, edges };
}

/** Of several edges alike the first place counts. */
function graphOf({ instances, edges }: Resolved, report: Report): Graph {
  for (const { path, place } of findCycles(
    edges.map(({ component, dependsOn, place }) => ({ from: component, to: dependsOn, place })),
  ))
    report.error(
      'cycle',
      place,
      `components depend on each other: ${path.join(' → ')}; remove one of these dependencies`,
    );
  const unique = new Map<string, Edge>();
  for (const edge of edges.toSorted((left, right) => comparePlaces(left.place, right.place))) {
    const key = [edge.component, edge.dependsOn, edge.by].join(' ');
    if (!unique.has(key)) unique.set(key, edge);
  }
  const sorted = [...unique].sort(([left], [right]) => compareTexts(left, right)).map(([, edge]) => edge);
  return { nodes: instances.map(({ id }) => id), edges: sorted };
}
