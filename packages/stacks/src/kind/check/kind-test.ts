import { Report, startOf } from '../../errors.ts';
import type { Schema } from '../../schema/schema.ts';
import { validate } from '../../schema/validate.ts';
import { merge } from '../../tree/merge.ts';
import { emptyMap, fromJson, type Json, toJson } from '../../tree/tree.ts';
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

export type KindTestProblem = { file: string; message: string };
type JsonMap = { [key: string]: Json };

const parts = ['spec', 'infra', 'configs', 'inputs', 'change'];
const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads `test/*.json` of a kind, sorted by name. Never throws: what is wrong is a problem. */
export function readKindTests(
  kind: Kind,
  catalog: Pick<KindCatalog, 'infraSchema'>,
  files: ReadonlyMap<string, string>,
): { tests: KindTest[]; problems: KindTestProblem[] } {
  const problems: KindTestProblem[] = [];
  const tests: KindTest[] = [];
  for (const file of [...files.keys()].sort()) {
    const name = /^test\/([^/]+)\.json$/.exec(file)?.[1];
    if (name === undefined) continue;
    const report = new Report();
    const json = parsed(files.get(file) ?? '', (message) => problems.push({ file, message }));
    if (json) tests.push({ name, ...completed(json, kind, catalog, file, report) });
    problems.push(...report.errors.map(({ message }) => ({ file, message })));
  }
  return { tests, problems };
}

function parsed(text: string, report: (message: string) => void): JsonMap | undefined {
  try {
    const json: Json = JSON.parse(text);
    const unknown = isMap(json) ? Object.keys(json).find((key) => !parts.includes(key)) : undefined;
    if (isMap(json) && unknown === undefined) return json;
    report(unknown === undefined ? 'the test is no map' : `${unknown} is not one of ${parts.join(', ')}`);
  } catch (error) {
    report(String(error instanceof Error ? error.message : error));
  }
  return undefined;
}

function completed(
  json: JsonMap,
  kind: Kind,
  catalog: Pick<KindCatalog, 'infraSchema'>,
  file: string,
  report: Report,
): Omit<KindTest, 'name'> {
  const infraSchema = infraSchemaOf({ kinds: new Map(), infraSchema: catalog.infraSchema }, kind);
  const both = (change: JsonMap) => ({
    spec: complete(kind.schema, 'spec', [json, change], file, report),
    infra: complete(infraSchema, 'infra', [json, change], file, report),
  });
  const texts = isMap(json.configs) ? Object.entries(json.configs) : [];
  return {
    ...both({}),
    configs: Object.fromEntries(texts.map(([name, text]) => [name, String(text)])),
    inputs: isMap(json.inputs) ? json.inputs : {},
    ...(isMap(json.change) ? { changed: both(json.change) } : {}),
  };
}

function complete(
  schema: Schema,
  part: 'spec' | 'infra',
  layers: JsonMap[],
  file: string,
  report: Report,
): Json {
  const place = startOf(file);
  const tree = layers.reduce(
    (lower, layer) => merge(lower, fromJson(layer[part] ?? {}, place), { report }) ?? emptyMap(place),
    emptyMap(place) as ReturnType<typeof fromJson>,
  );
  return toJson(validate(schema, tree, { path: part }, { report, root: schema }));
}
