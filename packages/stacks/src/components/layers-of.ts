import type { Document } from '../documents/document.ts';
import { withUsualSpelling } from '../documents/spellings.ts';
import type { Report } from '../errors.ts';
import { infraSchemaOf, type Kind, type KindCatalog } from '../kind/kind.ts';
import type { ComponentSource } from '../loading/component.ts';
import type { Layer } from '../loading/layers.ts';
import { merge } from '../tree/merge.ts';
import { emptyMap, type Tree } from '../tree/tree.ts';

/** `spec` and `infra` of a component after all layers, before variables and defaults. */
export type MergedComponent = { spec: Tree; infra: Tree };

/** Merges the layers of a component; the order is in docs/stacks.md. */
export function mergeComponent(
  source: ComponentSource & { document: Document },
  general: Layer[],
  catalog: KindCatalog,
  report: Report,
): MergedComponent {
  const { kind, document, over, template } = source;
  const own = [document.spec, over?.spec].map((spec) => spec && withUsualSpelling(spec, kind?.schema ?? {}));
  const specs = [...general.map((layer) => kind && layer.kinds.get(kind.name)?.spec), template?.spec, ...own];
  const infras = [
    ...general.flatMap((layer) => infraOf(layer, kind, catalog)),
    template?.infra,
    ...source.infra.map(({ spec }) => spec),
  ];
  const context = { report, ownFile: document.place.file };
  const fold = (layers: (Tree | undefined)[]) =>
    layers.reduce<Tree | undefined>(
      (lower, upper) => (upper ? merge(lower, upper, context) : lower),
      undefined,
    ) ?? emptyMap(document.place);
  return { spec: fold(specs), infra: fold(infras) };
}

/** What a general layer says to all kinds counts for a kind as far as the kind has the field. */
function infraOf(layer: Layer, kind: Kind | undefined, catalog: KindCatalog): (Tree | undefined)[] {
  if (!kind) return [];
  const known = infraSchemaOf(catalog, kind).properties ?? {};
  const infra =
    layer.infra?.kind === 'map'
      ? {
          ...layer.infra,
          entries: new Map([...layer.infra.entries].filter(([name]) => Object.hasOwn(known, name))),
        }
      : undefined;
  return [infra, layer.kinds.get(kind.name)?.infra];
}
