import { compareTexts } from '../../errors.ts';
import { KindError, type Schema } from '../../schema/schema.ts';
import { foundationKind, type Kind, type KindCatalog } from '../kind.ts';
import { readKind } from '../read-kinds.ts';
import { fieldsOf } from './fields.ts';
import { readKindTests } from './kind-test.ts';
import { type ModuleCode, readModuleCode } from './module-code.ts';
import { isWithin, noEffectOf } from './no-effect.ts';

/** What is wrong with a kind; `line` where a line is known. */
export type KindProblem = { file: string; line?: number; message: string };

/** Variables that the engine gives to the module of every kind. */
export const kindVariables = ['configs', 'context', 'inputs', 'spec'];

type Catalog = Pick<KindCatalog, 'infraSchema'>;

/** Fields that the engine itself reads, so that no code of a kind has to. */
const engineFields = [/^dependsOn$/, /^configs\.files$/, /^infra\.(logRetentionDays|protect)$/];

/**
 * Compares a kind's schema, code, tests and description, without Terraform. `files` are those of its folder.
 * Returns all problems; a kind that can't be read has one.
 */
export function checkKind(name: string, files: ReadonlyMap<string, string>, catalog: Catalog): KindProblem[] {
  const problems: KindProblem[] = [];
  const code = readModuleCode(files);
  const kind = kindOf(name, files, problems);
  checkCode(code, problems);
  if (kind) {
    checkFields(kind, kind.schema, '', code, problems);
    if (kind.runsContainers) checkFields(kind, catalog.infraSchema, 'infra.', code, problems);
    checkNoEffect(kind, catalog, problems);
    checkNetwork(kind, problems);
    checkTests(kind, catalog, files, problems);
  }
  if (!/\S/.test(files.get('README.md') ?? ''))
    problems.push({ file: 'README.md', message: 'the file is missing or empty; describe the kind in it' });
  return problems.sort(
    (left, right) => compareTexts(left.file, right.file) || (left.line ?? 0) - (right.line ?? 0),
  );
}

function kindOf(name: string, files: ReadonlyMap<string, string>, problems: KindProblem[]): Kind | undefined {
  try {
    return readKind(name, files);
  } catch (error) {
    if (!(error instanceof KindError)) throw error;
    problems.push({ file: error.file.slice(name.length + 1), message: error.reason });
    return undefined;
  }
}

function checkCode(code: ModuleCode, problems: KindProblem[]): void {
  const { variables, outputs, forbidden } = code;
  for (const { file, line, name, isDescribed } of [...variables, ...outputs])
    if (!isDescribed) problems.push({ file, line, message: `${name} has no description; add one` });
  for (const { file, line, name } of variables)
    if (!kindVariables.includes(name))
      problems.push({
        file,
        line,
        message: `the engine gives no variable ${name}; use ${kindVariables.join(', ')}`,
      });
  for (const { file, line, what } of forbidden)
    problems.push({ file, line, message: `a kind has no ${what}; the engine adds it` });
  for (const { file, line, name, block } of code.repetitions)
    problems.push({
      file,
      line,
      message: `${name} of ${block} depends on an input, which a preview does not know yet; let spec decide it`,
    });
  for (const name of kindVariables)
    if (code.syntaxErrors.length === 0 && !variables.some((variable) => variable.name === name))
      problems.push({ file: 'variables.tf', message: `variable ${name} is missing; the engine gives it` });
  if (code.syntaxErrors.length === 0 && outputs.length === 0)
    problems.push({ file: 'outputs.tf', message: 'the kind has no output; others could not refer to it' });
}

/** Every field must have an effect, or `kind.yaml` must say why it has none. */
function checkFields(
  kind: Kind,
  whole: Schema,
  prefix: string,
  code: ModuleCode,
  problems: KindProblem[],
): void {
  const file = prefix === '' ? 'schema.json' : 'kind.yaml';
  for (const { path: inner, schema } of fieldsOf(whole)) {
    const path = prefix + inner;
    if (engineFields.some((pattern) => pattern.test(path)) || noEffectOf(kind, path) !== undefined) continue;
    const unread = inner.split('.').find((name) => !code.reads(name.replace('[]', '')));
    if (unread !== undefined)
      problems.push({ file, message: `no code reads ${path}; use it, or name it in noEffect of kind.yaml` });
    if (schema.type === undefined && schema.enum === undefined)
      problems.push({ file, message: `${path} has no type; add one` });
  }
}

function checkNoEffect(kind: Kind, { infraSchema }: Catalog, problems: KindProblem[]): void {
  const infra = kind.runsContainers ? fieldsOf(infraSchema).map(({ path }) => `infra.${path}`) : [];
  const paths = [...fieldsOf(kind.schema).map(({ path }) => path), ...infra];
  for (const named of Object.keys(kind.noEffect))
    if (!paths.some((path) => isWithin(path, named)))
      problems.push({
        file: 'kind.yaml',
        message: `noEffect names ${named}, which schema.json does not have; remove it`,
      });
}

function checkNetwork({ networkOnlyIf, schema, foundationOutputs }: Kind, problems: KindProblem[]): void {
  if (networkOnlyIf === undefined) return;
  const field = fieldsOf(schema).find(({ path }) => path === networkOnlyIf);
  const fail = (message: string) =>
    problems.push({ file: 'kind.yaml', message: `networkOnlyIf: ${message}` });
  if (field?.schema.type !== 'boolean') fail(`${networkOnlyIf} is no boolean field of schema.json; name one`);
  if (foundationOutputs.length === 0) fail('the code reads nothing of the network; remove it');
}

function checkTests(
  kind: Kind,
  catalog: Catalog,
  files: ReadonlyMap<string, string>,
  problems: KindProblem[],
): void {
  const { tests, problems: inTests } = readKindTests(kind, catalog, files);
  problems.push(...inTests);
  const needed = kind.name === foundationKind ? 'vpc.create' : 'only required fields';
  if (inTests.length === 0 && !tests.some(({ name }) => name === 'plain'))
    problems.push({ file: 'test/plain.json', message: `the test is missing; add one with ${needed}` });
}
