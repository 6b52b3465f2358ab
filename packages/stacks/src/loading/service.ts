import { kindTextOf } from '../documents/document.ts';
import { allKindNames } from '../documents/names.ts';
import { serviceSpec } from '../documents/specs.ts';
import { startOf } from '../errors.ts';
import { componentKindNames } from '../kind/kind.ts';
import { type Folder, filesBelow, yamlFilesIn, yamlNamed } from '../repository.ts';
import { validate } from '../schema/validate.ts';
import { didYouMean } from '../suggest.ts';
import { merge } from '../tree/merge.ts';
import { at, emptyMap, type Tree, textAt } from '../tree/tree.ts';
import { type ComponentSource, readComponent } from './component.ts';
import { type LoadContext, readSingle } from './context.ts';
import { type Layers, readLayers, reportWithoutTarget } from './layers.ts';
import { lostNames } from './lost-names.ts';
import { reportWithoutEffect } from './without-effect.ts';

export type ServiceSource = {
  name: string;
  /** Base and environment merged. */
  labels: Tree | undefined;
  annotations: Tree | undefined;
  dependsOn: Tree | undefined;
  /** `variables` of the base and of the environment. */
  variables: (Tree | undefined)[];
  layers: Layers;
  components: ComponentSource[];
  /** Whether a file with variables could not be read. */
  isIncomplete: boolean;
  /** Names that may be variables in files with errors. */
  lostNames: string[];
  /** Names of components whose files lie where they are not read. */
  strays: Set<string>;
};

export function readService(folder: Folder, context: LoadContext): ServiceSource {
  const name = folder.path.split('/').at(-1) ?? '';
  const overlay = context.overlay?.folders.get('services')?.folders.get(name);
  const [base, over] = [folder, overlay].map((where) => readHalf(name, where, where === overlay, context));
  const services = { base: base as Half, over: over as Half };
  const spec = merge(services.base.spec, services.over.spec, { report: context.report });
  if (spec) reportWithoutEffect(spec, withoutEffect, context.report);
  const strays = reportStrays(folder, context);
  const components = readComponents(name, folder, overlay, context);
  if (components.length === 0 && strays.size === 0)
    context.report.warn('no_components', startOf(services.base.file), `service ${name} has no components`);
  return {
    name,
    labels: mergedMetadata('labels', services, context),
    annotations: mergedMetadata('annotations', services, context),
    dependsOn: at(spec, 'dependsOn'),
    variables: [at(services.base.spec, 'variables'), at(services.over.spec, 'variables')],
    layers: {
      layers: [...services.base.layers.layers, ...services.over.layers.layers],
      isIncomplete: services.base.layers.isIncomplete || services.over.layers.isIncomplete,
    },
    components,
    isIncomplete: services.base.isBroken || services.over.isBroken,
    lostNames: [...services.base.lostNames, ...services.over.lostNames],
    strays,
  };
}

const withoutEffect = {
  hooks: 'the engine runs no hooks',
  tests: 'the engine runs no tests of a service',
  rollback: 'spec.rollback of stack.yaml is for all services',
};

type Half = {
  file: string;
  spec: Tree;
  metadata: Tree | undefined;
  layers: Layers;
  isBroken: boolean;
  lostNames: string[];
};

/** Reads what the base or the environment says of a service. */
function readHalf(name: string, folder: Folder | undefined, isOverlay: boolean, context: LoadContext): Half {
  const file = yamlNamed(folder, 'service') ?? `${folder?.path}/service.yaml`;
  const environment = isOverlay ? { environment: context.environment } : {};
  const names = { name, stack: context.stack, ...environment };
  const exists = folder !== undefined && context.repository.has(file);
  if (!exists && !isOverlay) {
    const message = `service ${name} has no service.yaml; add one of kind Service`;
    context.report.error('missing_service', startOf(file), message);
  }
  const document = exists ? readSingle(file, { kinds: ['Service'], names }, context).document : undefined;
  const empty = emptyMap(document?.place ?? startOf(file));
  const check = { report: context.report, root: serviceSpec, isLayer: true };
  const spec = validate(serviceSpec, document?.spec ?? empty, { path: 'spec' }, check);
  const infraFolder = folder?.folders.get('infra');
  const infraNames = { service: name, stack: context.stack, ...environment };
  const layers = readLayers({ infraFolder, spec, names: infraNames, isService: true }, context);
  const isBroken = !document && (exists || !isOverlay);
  return { file, spec, metadata: document?.metadata, layers, isBroken, lostNames: lostNames(file, context) };
}

function mergedMetadata(
  field: string,
  { base, over }: { base: Half; over: Half },
  { report }: LoadContext,
): Tree | undefined {
  const [lower, upper] = [at(base.metadata, field), at(over.metadata, field)];
  return upper ? merge(lower, upper, { report }) : lower;
}

function readComponents(
  service: string,
  folder: Folder,
  overlay: Folder | undefined,
  context: LoadContext,
): ComponentSource[] {
  const [own, over] = [folder, overlay].map(
    (where) => where?.folders.get('components')?.folders ?? new Map(),
  );
  const names = [...(own?.keys() ?? [])];
  for (const [name, inner] of over ?? [])
    if (!own?.has(name))
      reportWithoutTarget(
        filesBelow(inner),
        `component ${service}/${name}`,
        didYouMean(name, names),
        context,
      );
  return [...(own ?? [])].map(([name, inner]) => readComponent(service, inner, over?.get(name), context));
}

/** Reports component files directly in the service's folder; a layout without `components/` is not supported. */
function reportStrays(folder: Folder, { report, repository, catalog }: LoadContext): Set<string> {
  const strays = new Set<string>();
  for (const file of yamlFilesIn(folder)) {
    if (/\/(?:service|secrets)\.ya?ml$/.test(file)) continue;
    for (const tree of repository.yaml(file).documents) {
      const kind = kindTextOf(tree) ?? '';
      if (!allKindNames(catalog).includes(kind)) continue;
      const isComponent = componentKindNames(catalog).includes(kind) || kind === 'ComponentInfra';
      const remedy = isComponent ? 'move it to components/<component>/' : 'move it to its own place';
      const message = `kind ${kind} does not belong in the folder of a service; ${remedy}`;
      report.error('wrong_kind', at(tree, 'kind')?.place ?? tree.place, message);
      const name = textAt(tree, 'metadata', 'name');
      if (isComponent && name !== undefined) strays.add(name);
    }
  }
  return strays;
}
