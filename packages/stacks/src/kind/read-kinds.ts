import { compareTexts, Report } from '../errors.ts';
import { KindError, readSchema, type Schema } from '../schema/schema.ts';
import { parseYaml } from '../tree/parse-yaml.ts';
import { at, listAt, numberAt, type Tree, textAt, textOf, textsOf } from '../tree/tree.ts';
import { foundationKind, type Kind, type KindCatalog } from './kind.ts';
import { moduleFacts } from './module-facts.ts';

const dependsOn: Schema = { type: 'array', items: { type: 'string' } };

/**
 * Reads a folder of kinds: path relative to it → text. Every folder in it is a kind; `infra.schema.json` is the
 * schema of ComponentInfra. Throws `KindError` for a kind that can't be used.
 */
export function readKinds(files: ReadonlyMap<string, string>): KindCatalog {
  const folders = new Map<string, Map<string, string>>();
  for (const [path, text] of files) {
    const [folder = '', ...rest] = path.split('/');
    if (rest.length === 0) continue;
    const inFolder = folders.get(folder) ?? new Map<string, string>();
    folders.set(folder, inFolder.set(rest.join('/'), text));
  }
  const kinds = [...folders]
    .filter(([, inFolder]) => inFolder.has('kind.yaml'))
    .sort(([left], [right]) => compareTexts(left, right))
    .map(([name, inFolder]) => [name, readKind(name, inFolder)] as const);
  const infra = files.get('infra.schema.json') ?? '{}';
  return { kinds: new Map(kinds), infraSchema: readJsonSchema(infra, 'infra.schema.json') };
}

/** Reads one kind from the files of its folder. Throws `KindError`. */
export function readKind(name: string, files: ReadonlyMap<string, string>): Kind {
  const description = readDescription(name, files.get('kind.yaml'));
  const text = files.get('schema.json');
  if (text === undefined && name !== foundationKind)
    throw new KindError(`${name}/schema.json`, 'the file is missing');
  const schema = text === undefined ? {} : readJsonSchema(text, `${name}/schema.json`);
  const stateful = at(description, 'stateful');
  return {
    name,
    origin: 'engine',
    aliases: listAt(description, 'aliases').flatMap((alias) => textOf(alias) ?? []),
    group: textAt(description, 'group') ?? '',
    stateful: stateful?.kind === 'scalar' && stateful.value === true,
    usualMinutes: numberAt(description, 'usualMinutes') ?? 1,
    runsContainers: schema.properties?.image !== undefined,
    schema: name === foundationKind ? schema : withDependsOn(schema),
    noEffect: textsOf(at(description, 'noEffect')),
    networkOnlyIf: textAt(description, 'networkOnlyIf'),
    files: new Map([...files].filter(([path]) => isOfProject(path))),
    ...moduleFacts(name, files),
  };
}

function readDescription(name: string, text: string | undefined): Tree | undefined {
  const file = `${name}/kind.yaml`;
  if (text === undefined) throw new KindError(file, 'the file is missing');
  const report = new Report();
  const [document] = parseYaml(file, text, report).documents;
  const [problem] = report.errors;
  if (problem) throw new KindError(file, `line ${problem.line}: ${problem.message}`);
  if (textAt(document, 'metadata', 'name') !== name)
    throw new KindError(file, `metadata.name is not the folder's name ${name}`);
  return at(document, 'spec');
}

function readJsonSchema(text: string, file: string): Schema {
  try {
    return readSchema(JSON.parse(text), file);
  } catch (error) {
    if (error instanceof SyntaxError) throw new KindError(file, error.message);
    throw error;
  }
}

function withDependsOn(schema: Schema): Schema {
  return { ...schema, properties: { ...schema.properties, dependsOn } };
}

/** Documentation, tests and what only the engine reads stay out of a project. */
function isOfProject(path: string): boolean {
  return !path.startsWith('test/') && !path.endsWith('.md') && !['kind.yaml', 'schema.json'].includes(path);
}
