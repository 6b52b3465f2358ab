import { builtInKinds } from '../../../../../testing/repository.ts';
import { readKinds } from '../read-kinds.ts';
import { checkKind, kindVariables } from './check-kind.ts';

const shipped = builtInKinds();
const catalog = readKinds(shipped);

test.each([...catalog.kinds.keys()])('%s has nothing wrong', (name) => {
  const own = [...shipped].filter(([path]) => path.startsWith(`${name}/`));
  const files = new Map(own.map(([path, text]) => [path.slice(name.length + 1), text]));
  expect(checkKind(name, files, catalog)).toStrictEqual([]);
});

const variable = (name: string) => `variable "${name}" {\n  description = "of the engine"\n}\n`;
const good: Record<string, string> = {
  'kind.yaml': 'metadata: {name: Own}\nspec: {group: own}\n',
  'schema.json':
    '{"type": "object", "additionalProperties": false, "properties": {"size": {"type": "integer"}}, "required": ["size"]}',
  'variables.tf': kindVariables.map(variable).join(''),
  'main.tf': 'resource "x" "y" {\n  size = var.spec.size\n}\n',
  'outputs.tf': 'output "id" {\n  description = "Id"\n  value = x.y.id\n}\n',
  'README.md': '# Own\n',
  'test/plain.json': '{"spec": {"size": 1}}',
};
const problemsWith = (files: Record<string, string>) =>
  checkKind('Own', new Map(Object.entries({ ...good, ...files })), catalog).map(
    ({ file, line, message }) => `${file}${line === undefined ? '' : `:${line}`} ${message}`,
  );

test('a complete kind has no problems', () => {
  expect(problemsWith({})).toStrictEqual([]);
});

test.each([
  ['README.md', ' ', 'README.md the file is missing or empty; describe the kind in it'],
  [
    'main.tf',
    '# var.spec.size',
    'schema.json no code reads size; use it, or name it in noEffect of kind.yaml',
  ],
  ['outputs.tf', 'output "id" { value = 1 }', 'outputs.tf:1 id has no description; add one'],
  ['outputs.tf', '', 'outputs.tf the kind has no output; others could not refer to it'],
  ['outputs.tf', 'output "id" {', expect.stringMatching(/^outputs\.tf line 1: /)],
  ['schema.json', '{', expect.stringMatching(/^schema\.json .*JSON/)],
  [
    'kind.yaml',
    'metadata: {name: Own}\nspec: {noEffect: {colour: none}}\n',
    'kind.yaml noEffect names colour, which schema.json does not have; remove it',
  ],
  [
    'variables.tf',
    kindVariables.map(variable).join('') + variable('colour'),
    'variables.tf:13 the engine gives no variable colour; use configs, context, inputs, spec',
  ],
  [
    'variables.tf',
    kindVariables.slice(1).map(variable).join(''),
    'variables.tf variable configs is missing; the engine gives it',
  ],
  ['provider.tf', 'provider "aws" {}', 'provider.tf:1 a kind has no provider aws; the engine adds it'],
  [
    'backend.tf',
    'terraform {\n  backend "s3" {}\n}',
    'backend.tf:2 a kind has no backend; the engine adds it',
  ],
  [
    'test/plain.json',
    '{"spec": {"size": "x"}}',
    expect.stringMatching(/^test\/plain\.json spec\.size must be/),
  ],
  ['test/plain.json', '{"spec": {}}', 'test/plain.json spec.size is missing; add it'],
  [
    'test/other.json',
    '{"spce": {}}',
    'test/other.json spce is not one of spec, infra, configs, inputs, change',
  ],
  ['test/other.json', '[]', 'test/other.json the test is no map'],
])('%s with %j is a problem', (file, text, message) => {
  expect(problemsWith({ [file]: text })).toStrictEqual([message]);
});

test('a kind needs the test plain', () => {
  const { 'test/plain.json': _, ...others } = good;
  expect(checkKind('Own', new Map(Object.entries(others)), catalog)).toStrictEqual([
    { file: 'test/plain.json', message: 'the test is missing; add one with only required fields' },
  ]);
});

test.each([
  ['task.tf', ['CronJob', 'MicroService', 'Worker']],
  ['roles.tf', ['CronJob', 'MicroService', 'Worker']],
  ['instances.tf', ['MicroService', 'Worker']],
  ['scaling.tf', ['MicroService', 'Worker']],
])('%s is the same file in all kinds that run an image', (file, kinds) => {
  const texts = kinds.map((name) => shipped.get(`${name}/${file}`));
  expect(texts[0]).toMatch(/resource/);
  expect(new Set(texts).size).toBe(1);
});
