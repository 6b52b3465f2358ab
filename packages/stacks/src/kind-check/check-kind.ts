import { compareTexts } from '../errors.ts';
import { foundationKind, type Kind, type KindCatalog } from '../kind/kind.ts';
import { readKind } from '../kind/read-kinds.ts';
import { KindError } from '../schema/schema.ts';
import { fieldsOf } from './fields.ts';
import { readKindTests } from './kind-test.ts';
import { type ModuleCode, readModuleCode } from './module-code.ts';

/** What is wrong with a kind; `line` where a line is known. */
export type KindProblem = { file: string; line?: number; message: string };

/** Variables that the engine gives to the module of every kind. */
export const kindVariables = ['configs', 'context', 'inputs', 'spec'];

/** Fields that the engine itself reads, so that no code of a kind has to. */
const engineFields = [/^dependsOn$/, /^configs\.files$/];

/**
 * Compares a kind's schema, code, tests and description, without Terraform. `files` are those of its folder.
 * Returns all problems; a kind that can't be read has one.
 */
export function checkKind(
  name: string,
  files: ReadonlyMap<string, string>,
  catalog: Pick<KindCatalog, 'infraSchema'>,
): KindProblem[] {
  const problems: KindProblem[] = [];
  const code = readModuleCode(files);
  const kind = kindOf(name, files, problems);
  checkCode(code, problems);
  if (kind) {
    checkFields(kind, code, problems);
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
  for (const name of kindVariables)
    if (code.syntaxErrors.length === 0 && !variables.some((variable) => variable.name === name))
      problems.push({ file: 'variables.tf', message: `variable ${name} is missing; the engine gives it` });
  if (code.syntaxErrors.length === 0 && outputs.length === 0)
    problems.push({ file: 'outputs.tf', message: 'the kind has no output; others could not refer to it' });
}

/** Every field must have an effect, or `kind.yaml` must say why it has none. */
function checkFields(kind: Kind, code: ModuleCode, problems: KindProblem[]): void {
  const fields = fieldsOf(kind.schema);
  for (const { path, schema } of fields) {
    if (engineFields.some((pattern) => pattern.test(path)) || Object.hasOwn(kind.noEffect, path)) continue;
    const unread = path.split('.').find((name) => !code.reads(name.replace('[]', '')));
    if (unread !== undefined)
      problems.push({
        file: 'schema.json',
        message: `no code reads ${path}; use it, or name it in noEffect of kind.yaml`,
      });
    if (schema.type === undefined && schema.enum === undefined)
      problems.push({ file: 'schema.json', message: `${path} has no type; add one` });
  }
  for (const path of Object.keys(kind.noEffect))
    if (!fields.some((field) => field.path === path))
      problems.push({
        file: 'kind.yaml',
        message: `noEffect names ${path}, which schema.json does not have; remove it`,
      });
}

function checkTests(
  kind: Kind,
  catalog: Pick<KindCatalog, 'infraSchema'>,
  files: ReadonlyMap<string, string>,
  problems: KindProblem[],
): void {
  const { tests, problems: inTests } = readKindTests(kind, catalog, files);
  problems.push(...inTests);
  const needed = kind.name === foundationKind ? 'vpc.create' : 'only required fields';
  if (inTests.length === 0 && !tests.some(({ name }) => name === 'plain'))
    problems.push({ file: 'test/plain.json', message: `the test is missing; add one with ${needed}` });
}
