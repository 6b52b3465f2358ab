import type { Instance } from '../components/component.ts';
import { compareTexts, type Place, type Report } from '../errors.ts';
import type { Kind } from '../kind/kind.ts';
import { didYouMean } from '../suggest.ts';
import { at, listAt, type ScalarTree, type Tree, textOf } from '../tree/tree.ts';
import type { Directory } from './directory.ts';
import { type EdgeKind, type Reference, type Replacement, replaceReferences } from './find-references.ts';
import { findTarget, type Referrer } from './find-target.ts';

/** `component` needs `dependsOn` first; `place` says so. */
export type Edge = { component: string; dependsOn: string; by: EdgeKind; place: Place };

/** Checks the references of a component; returns its `spec` with full names, and its edges. */
export function resolveReferences(
  instance: Instance,
  directory: Directory,
  report: Report,
): { spec: Tree; edges: Edge[] } {
  const edges: Edge[] = [];
  const visit = ({ by, component, output }: Reference): Replacement => {
    const target = findTarget(String(component.value), component.place, instance, directory, report);
    if (target === undefined || target === 'unknown') return undefined;
    if (target.id === instance.id) {
      report.error(
        'self_dependency',
        component.place,
        `component ${instance.id} depends on itself; remove the reference`,
      );
      return undefined;
    }
    edges.push({ component: instance.id, dependsOn: target.id, by, place: component.place });
    const name = output && outputOf(target.kind, output, target.id, report);
    return { component: target.id, ...(name === undefined ? {} : { output: name }) };
  };
  const spec = replaceReferences(instance.spec, visit);
  return { spec, edges };
}

/** Accepts `reader_endpoint` for `readerEndpoint`. */
function outputOf(kind: Kind | undefined, output: ScalarTree, id: string, report: Report): string {
  const name = String(output.value);
  if (!kind || kind.outputs.includes(name)) return name;
  const camelCase = name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (kind.outputs.includes(camelCase)) return camelCase;
  const hint = didYouMean(name, kind.outputs) || `; known: ${kind.outputs.join(', ')}`;
  report.error('unknown_output', output.place, `${id} (${kind.name}) has no output ${name}${hint}`);
  return name;
}

/**
 * Every component of a service needs every component of the services that its service depends on. `dependencies`
 * is the service's name → its `dependsOn`.
 */
export function serviceEdges(
  dependencies: Map<string, Tree | undefined>,
  directory: Directory,
  report: Report,
): Edge[] {
  return [...dependencies].flatMap(([name, dependsOn]) =>
    listAt(dependsOn).flatMap((item) => {
      const wanted = textOf(item);
      if (wanted === undefined) return [];
      if (!directory.services.has(wanted)) {
        const hint = didYouMean(wanted, directory.services.keys());
        report.error('unknown_service', item.place, `service ${wanted} does not exist in the stack${hint}`);
        return [];
      }
      if (wanted === name) {
        report.error(
          'self_dependency',
          item.place,
          `service ${name} depends on itself; remove the reference`,
        );
        return [];
      }
      const targets = idsOf(wanted, directory);
      return idsOf(name, directory).flatMap((component) =>
        targets.map((target): Edge => ({ component, dependsOn: target, by: 'dependsOn', place: item.place })),
      );
    }),
  );
}

function idsOf(service: string, { instances }: Directory): string[] {
  return [...instances.values()]
    .flat()
    .flatMap((instance) => (instance.service === service ? instance.id : []));
}

/** An output of the whole stack. */
export type StackOutput = { component: string; output: string };

/** Checks `spec.outputs` of the stack. */
export function resolveOutputs(
  spec: Tree,
  region: string,
  directory: Directory,
  report: Report,
): Record<string, StackOutput> {
  const outputs = at(spec, 'outputs');
  const found: [string, StackOutput][] = [];
  const from: Referrer = { region };
  for (const [name, { value }] of outputs?.kind === 'map' ? outputs.entries : []) {
    const [component, output] = [at(value, 'valueFrom', 'component'), at(value, 'valueFrom', 'output')];
    const text = textOf(component);
    if (!component || text === undefined || output?.kind !== 'scalar') continue;
    const target = findTarget(text, component.place, from, directory, report);
    if (target === undefined || target === 'unknown') continue;
    found.push([name, { component: target.id, output: outputOf(target.kind, output, target.id, report) }]);
  }
  return Object.fromEntries(found.sort(([left], [right]) => compareTexts(left, right)));
}
