import { Report } from '../../errors.ts';
import type { Schema } from '../../schema/schema.ts';
import { validate } from '../../schema/validate.ts';
import { merge } from '../../tree/merge.ts';
import { parseYaml } from '../../tree/parse-yaml.ts';
import { at, emptyMap, type Json, type MapTree, mapAt, type Tree, textsOf, toJson } from '../../tree/tree.ts';
import { infraSchemaOf, type Kind, type KindCatalog } from '../kind.ts';

/** One file of a kind's `test` folder, completed as the engine completes a component. */
export type KindTest = {
  name: string;
  spec: Json;
  infra: Json;
  /** Text by file name. */
  configs: Record<string, string>;
  /** Outputs of other components by `service/component.output`. */
  inputs: Record<string, Json>;
  /** Spec and infra after the change that the file describes; undefined if it describes none. */
  changed?: { spec: Json; infra: Json };
};

/** `line` is 1-based; missing where the file as a whole can't be read. */
export type KindTestProblem = { file: string; line?: number; message: string };
type Catalog = Pick<KindCatalog, 'infraSchema'>;

const anyMap: Schema = { type: 'object' };
const changeable = { spec: anyMap, infra: anyMap };
/** Of a file, before `spec` and `infra` are checked against the kind. */
const fileSchema: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...changeable,
    configs: { type: 'object', additionalProperties: { type: 'string' } },
    inputs: anyMap,
    change: { type: 'object', additionalProperties: false, properties: changeable },
  },
};

/** Reads `test/*.json` of a kind, sorted by name. Never throws: what is wrong is a problem, all of a file at once. */
export function readKindTests(
  kind: Kind,
  catalog: Catalog,
  files: ReadonlyMap<string, string>,
): { tests: KindTest[]; problems: KindTestProblem[] } {
  const problems: KindTestProblem[] = [];
  const tests: KindTest[] = [];
  for (const file of [...files.keys()].sort()) {
    const name = /^test\/([^/]+)\.json$/.exec(file)?.[1];
    if (name === undefined) continue;
    const report = new Report();
    const tree = parsed(file, files.get(file) ?? '', report, (message) => problems.push({ file, message }));
    if (tree) tests.push({ name, ...completed(tree, kind, catalog, report) });
    problems.push(...report.errors.map(({ line, message }) => ({ file, line, message })));
  }
  return { tests, problems };
}

/** JSON is YAML, whose parser knows the places. */
function parsed(
  file: string,
  text: string,
  report: Report,
  fail: (message: string) => void,
): MapTree | undefined {
  try {
    JSON.parse(text);
  } catch (error) {
    fail(String(error instanceof Error ? error.message : error));
    return undefined;
  }
  const { documents, broken } = parseYaml(file, text, report);
  if (broken) return undefined;
  const [tree] = documents;
  if (tree?.kind !== 'map') {
    fail('the test is no map');
    return undefined;
  }
  const valid = validate(fileSchema, tree, { path: '' }, { report, root: fileSchema, isLayer: true });
  return valid.kind === 'map' ? valid : undefined;
}

function completed(test: MapTree, kind: Kind, catalog: Catalog, report: Report): Omit<KindTest, 'name'> {
  const infraSchema = infraSchemaOf({ kinds: new Map(), infraSchema: catalog.infraSchema }, kind);
  const both = (layers: MapTree[]) => ({
    spec: complete(kind.schema, 'spec', layers, test, report),
    infra: complete(infraSchema, 'infra', layers, test, report),
  });
  const change = mapAt(test, 'change');
  const inputs = [...(mapAt(test, 'inputs')?.entries ?? [])];
  return {
    ...both([test]),
    configs: textsOf(at(test, 'configs')),
    inputs: Object.fromEntries(inputs.map(([name, { value }]) => [name, toJson(value)])),
    ...(change ? { changed: both([test, change]) } : {}),
  };
}

function complete(
  schema: Schema,
  part: 'spec' | 'infra',
  layers: MapTree[],
  { place }: MapTree,
  report: Report,
): Json {
  const merged = layers.reduce<Tree>((lower, layer) => {
    const upper = at(layer, part);
    return upper ? (merge(lower, upper, { report }) ?? emptyMap(place)) : lower;
  }, emptyMap(place));
  return toJson(validate(schema, merged, { path: part }, { report, root: schema }));
}
