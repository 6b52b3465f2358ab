import type { StackProblem } from '@deployment-engine/contracts';
import { findKind, foundationKind, type Resolution } from '@deployment-engine/stacks';
import { countProblems, kindProblems, type LimitedComponent, type NamedLimits } from './stack-limits.ts';

/** Returns what exceeds the limits of a key in environments of a stack, each once, at the file that says it. */
export function limitErrors(limits: NamedLimits | undefined, valid: Resolution[]): StackProblem[] {
  if (!limits) return [];
  const errors = valid.flatMap((resolution) => {
    const components = limitedComponents(resolution);
    const services = new Set([...resolution.components.values()].map(({ service }) => service)).size;
    const problems = [
      ...kindProblems(limits, components),
      ...countProblems(limits, { components: resolution.components.size, services }),
    ];
    return problems.map(({ code, component, message }) => ({
      code,
      file: fileOf(resolution, component),
      line: 1,
      column: 1,
      message,
    }));
  });
  return [...new Map(errors.map((error) => [JSON.stringify(error), error])).values()];
}

function limitedComponents({ components, foundation, kinds }: Resolution): LimitedComponent[] {
  const named = [...components.values()].map(({ id, service, kind }) => ({ id, service, kind }));
  const network = foundation ? [{ id: '_foundation', service: '_stack', kind: foundationKind }] : [];
  return [...network, ...named].map((each) => ({ ...each, kindOrigin: findKind(kinds, each.kind)?.origin }));
}

/** Returns the component's own file; for the network, and for the whole, the stack's. */
function fileOf({ stack, components }: Resolution, id: string | null): string {
  const component = id === null ? undefined : components.get(id);
  const folder = `stacks/${stack}/services/${component?.service}/components/${component?.name}/`;
  const places = [...(component?.provenance().values() ?? [])];
  const isOwn = ({ file }: { file: string }) => file.startsWith(folder) && !file.endsWith('/infra.yaml');
  return places.find(isOwn)?.file ?? `stacks/${stack}/stack.yaml`;
}
