import type { Report } from '../errors.ts';
import type { Schema } from '../schema/schema.ts';
import { validate } from '../schema/validate.ts';
import { type MapTree, mapAt, type Tree } from '../tree/tree.ts';

const text: Schema = { type: 'string' };
const textsByName: Schema = { type: 'object', additionalProperties: text };

const metadataOfAll = { name: text, description: text, labels: textsByName, annotations: textsByName };
const metadataOfComponents = {
  template: text,
  regions: { type: 'array', items: text, minItems: 1, uniqueItems: true },
  movedFrom: text,
} satisfies Record<string, Schema>;

/** What `metadata` may hold where the document lies. */
export type MetadataFields = { names: string[]; isComponent: boolean };

/**
 * Checks `apiVersion`, `kind`, `metadata` and that `spec` is a map. Returns undefined if the document is no map.
 */
export function readEnvelope(
  tree: Tree,
  fields: MetadataFields,
  needsSpec: boolean,
  report: Report,
): MapTree | undefined {
  const properties: Record<string, Schema> = {
    apiVersion: text,
    kind: text,
    metadata: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...metadataOfAll,
        ...Object.fromEntries(fields.names.map((name) => [name, text])),
        ...(fields.isComponent ? metadataOfComponents : {}),
      },
      required: ['name'],
    },
    spec: { type: 'object' },
  };
  const required = ['apiVersion', 'kind', 'metadata', ...(needsSpec ? ['spec'] : [])];
  const schema: Schema = { type: 'object', additionalProperties: false, properties, required };
  const valid = validate(schema, withEmptySpec(tree), { path: '' }, { report, root: schema });
  return valid.kind === 'map' ? valid : undefined;
}

/** `spec:` without a value is an empty map. */
function withEmptySpec(tree: Tree): Tree {
  const entry = tree.kind === 'map' ? tree.entries.get('spec') : undefined;
  if (tree.kind !== 'map' || entry?.value.kind !== 'scalar' || entry.value.value !== null) return tree;
  const value: Tree = { kind: 'map', place: entry.key, entries: new Map() };
  return { ...tree, entries: new Map(tree.entries).set('spec', { ...entry, value }) };
}

export function metadataOf(envelope: MapTree): MapTree {
  return mapAt(envelope, 'metadata') ?? { kind: 'map', place: envelope.place, entries: new Map() };
}
