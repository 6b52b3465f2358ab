import { type Document, type Expectation, readDocument } from '../documents/document.ts';
import { requirementsSchema } from '../documents/specs.ts';
import { withUsualSpelling } from '../documents/spellings.ts';
import { type Place, type Report, startOf } from '../errors.ts';
import {
  componentKindNames,
  findKind,
  foundationKind,
  infraSchemaOf,
  type Kind,
  type KindCatalog,
} from '../kind/kind.ts';
import { type Folder, relativeTo, yamlFilesIn, yamlNamed } from '../repository.ts';
import type { Schema } from '../schema/schema.ts';
import { validate } from '../schema/validate.ts';
import { didYouMean, nearestName } from '../suggest.ts';
import { at, type MapTree, mapAt, type Tree, textOf } from '../tree/tree.ts';
import type { LoadContext } from './context.ts';

/** What a file under `infra/` says of all components, and of those of a kind. */
export type Layer = {
  infra: Tree | undefined;
  kinds: Map<string, { spec: Tree | undefined; infra: Tree | undefined }>;
  /** Fields of the network, for the foundation. */
  network: MapTree;
  /** `spec.requirements` of a Compliance. */
  requirements: Tree | undefined;
  /** Whether a part is misspelt or of a wrong type, so that the layer may lack something. */
  isIncomplete: boolean;
};
/** Lowest first. `isIncomplete` if one could not be read. */
export type Layers = { layers: Layer[]; isIncomplete: boolean };

/** Files under `infra/` in the order of the layers, with their kinds at a stack. */
const parts = {
  defaults: 'InfraDefaults',
  networking: 'Networking',
  security: 'Security',
  observability: 'Observability',
  compliance: 'Compliance',
};

export type LayerSource = {
  infraFolder: Folder | undefined;
  /** `spec` of the stack or service, which may name other files. */
  spec: Tree | undefined;
  names: Expectation['names'];
  isService: boolean;
};

export function readLayers(source: LayerSource, context: LoadContext): Layers {
  const result: Layers = { layers: [], isIncomplete: false };
  for (const [part, stackKind] of Object.entries(parts)) {
    const kind = source.isService && part === 'defaults' ? 'ServiceInfraDefaults' : stackKind;
    const file = fileOf(part, source, context);
    if (file === 'missing') result.isIncomplete = true;
    if (file === undefined || file === 'missing') continue;
    const { documents, broken } = context.repository.yaml(file);
    if (broken) result.isIncomplete = true;
    for (const tree of documents) {
      const document = readDocument(tree, { kinds: [kind], names: namesFor(tree, source) }, context);
      const layer = document && !document.isMisplaced ? layerOf(document, kind, context) : undefined;
      if (layer) result.layers.push(layer);
      if (!layer || layer.isIncomplete) result.isIncomplete = true;
    }
  }
  return result;
}

/** The name of such a document is free. */
function namesFor(tree: Tree, { names }: LayerSource): Expectation['names'] {
  const name = textOf(at(tree, 'metadata', 'name'));
  return name === undefined ? names : { ...names, name };
}

function fileOf(part: string, source: LayerSource, context: LoadContext): string | undefined {
  const named = at(source.spec, 'infrastructure', part);
  const path = textOf(named);
  if (!named || path === undefined) return yamlNamed(source.infraFolder, part);
  const file = relativeTo(named.place.file, path);
  if (context.repository.has(file)) return file;
  const folder = context.repository.folder(file.split('/').slice(0, -1).join('/'));
  const hint = didYouMean(file, yamlFilesIn(folder));
  context.report.error('missing_file', named.place, `${path} does not exist (looked for ${file})${hint}`);
  return 'missing';
}

function layerOf(document: Document, kind: string, context: LoadContext): Layer {
  const { report, catalog } = context;
  const schema = layerSchema(
    kind === 'Networking' ? (catalog.kinds.get(foundationKind)?.schema ?? {}) : undefined,
    kind === 'Compliance' ? { requirements: requirementsSchema } : {},
  );
  const spec = document.spec ?? { kind: 'map', place: document.place, entries: new Map() };
  const valid = validate(schema, spec, { path: 'spec' }, { report, root: schema, isLayer: true });
  const { infraSchema } = catalog;
  const infra = at(valid, 'infra');
  const entries = valid.kind === 'map' ? [...valid.entries] : [];
  const network =
    kind === 'Networking' ? entries.filter(([name]) => name !== 'infra' && name !== 'kinds') : [];
  const given = spec.kind === 'map' ? [...spec.entries.keys()] : [];
  return {
    infra: infra && checkLayer(infraSchema, infra, 'infra', report),
    kinds: kindLayers(mapAt(valid, 'kinds'), context),
    network: { kind: 'map', place: spec.place, entries: new Map(network) },
    requirements: at(valid, 'requirements'),
    isIncomplete: valid.kind !== 'map' || given.some((name) => !isValid(valid.entries.get(name)?.value)),
  };
}

function isValid(tree: Tree | undefined): boolean {
  return tree !== undefined && tree.kind !== 'invalid';
}

/** `network` is the schema of the foundation where the layer may have its fields. */
function layerSchema(network: Schema | undefined, own: Record<string, Schema>): Schema {
  const ofKind: Schema = {
    type: 'object',
    additionalProperties: false,
    properties: { spec: { type: 'object' }, infra: { type: 'object' } },
  };
  return {
    type: 'object',
    additionalProperties: network ? (network.additionalProperties ?? true) : false,
    properties: {
      ...network?.properties,
      ...own,
      infra: { type: 'object' },
      kinds: { type: 'object', additionalProperties: ofKind },
    },
  };
}

function kindLayers(kinds: MapTree | undefined, { report, catalog }: LoadContext): Layer['kinds'] {
  const layers: Layer['kinds'] = new Map();
  for (const [name, { key, value }] of kinds?.entries ?? []) {
    const kind = kindNamed(name, key, report, catalog);
    if (!kind) continue;
    const [spec, infra] = [at(value, 'spec'), at(value, 'infra')];
    layers.set(kind.name, {
      spec: spec && checkLayer(kind.schema, withUsualSpelling(spec, kind.schema), 'spec', report),
      infra: infra && checkLayer(infraSchemaOf(catalog, kind), infra, 'infra', report),
    });
  }
  return layers;
}

/** Finds a kind; a misspelt one is taken for the nearest, after it is reported. */
function kindNamed(name: string, key: Place, report: Report, catalog: KindCatalog): Kind | undefined {
  const known = componentKindNames(catalog);
  if (known.includes(name)) return findKind(catalog, name);
  const hint = didYouMean(name, known) || `; known: ${known.join(', ')}`;
  report.error('unknown_kind', key, `kind ${name} does not exist${hint}`);
  const nearest = nearestName(name, known);
  return nearest === undefined ? undefined : findKind(catalog, nearest);
}

/** Checks a layer as far as one can before it is merged. */
export function checkLayer(schema: Schema, tree: Tree, path: string, report: Report): Tree {
  return validate(schema, tree, { path }, { report, root: schema, isLayer: true });
}

/** Reports files that overlay a folder the stack does not have. */
export function reportWithoutTarget(files: string[], what: string, hint: string, context: LoadContext): void {
  for (const file of files) {
    context.repository.use(file);
    context.report.error(
      'overlay_without_target',
      startOf(file),
      `${what} does not exist in the stack${hint}`,
    );
  }
}
