import type { Instance } from './components/component.ts';
import { projectId } from './components/project-id.ts';
import { foundationKind } from './kind/kind.ts';
import type { LoadContext } from './loading/context.ts';
import type { Foundation, ResolvedComponent } from './resolution.ts';
import { provenanceOf } from './tree/provenance.ts';
import { type Tree, textAt, toJson } from './tree/tree.ts';

/** Converts a component to plain values. */
export function presented(instance: Instance): ResolvedComponent {
  const { id, service, name, region, projectId, spec, infra, configs, labels, annotations } = instance;
  const movedFrom = textAt(instance.source.metadata, 'movedFrom');
  return {
    id,
    service,
    name,
    kind: instance.kind?.name ?? '',
    region,
    projectId,
    spec: toJson(spec),
    infra: toJson(infra),
    ...(configs ? { configs } : {}),
    labels,
    annotations,
    ...(movedFrom === undefined ? {} : { movedFrom }),
    provenance: () => new Map([...provenanceOf(spec, 'spec'), ...provenanceOf(infra, 'infra')]),
  };
}

/** Converts the network to plain values. */
export function foundationOf(spec: Tree, region: string, { stack, environment }: LoadContext): Foundation {
  return {
    kind: foundationKind,
    region,
    projectId: projectId(stack, environment, '_stack', '_foundation'),
    spec: toJson(spec),
  };
}
