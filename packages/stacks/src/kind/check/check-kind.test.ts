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
    'kind.yaml',
    'metadata: {name: Own}\nspec: {networkOnlyIf: colour}\n',
    [
      'kind.yaml networkOnlyIf: colour is no boolean field of schema.json; name one',
      'kind.yaml networkOnlyIf: the code reads nothing of the network; remove it',
    ],
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
    expect.stringMatching(/^test\/plain\.json:1 spec\.size must be/),
  ],
  ['test/plain.json', '{"spec": {}}', 'test/plain.json:1 spec.size is missing; add it'],
  ['test/other.json', '{"spce": {}}', 'test/other.json:1 spce is not a known field; did you mean spec?'],
  [
    'test/other.json',
    '{\n\t"spec": {\n\t\t"size": 1,\n\t\t"sizes": 2\n\t}\n}\n',
    'test/other.json:4 spec.sizes is not a known field; did you mean size?',
  ],
  [
    'test/other.json',
    '{\n  "spec": {"size": 1},\n  "infra": {"protekt": true}\n}\n',
    'test/other.json:3 infra.protekt is not a known field; did you mean protect?',
  ],
  [
    'test/other.json',
    '{\n  "spec": {"size": 1},\n  "change": {\n    "spce": {"size": 2}\n  }\n}\n',
    'test/other.json:4 change.spce is not a known field; did you mean spec?',
  ],
  [
    'test/other.json',
    '{\n  "spec": {"size": 1},\n  "change": {\n    "spec": {"size": 2, "siez": 2}\n  }\n}\n',
    'test/other.json:4 spec.siez is not a known field; did you mean size?',
  ],
  [
    'test/other.json',
    '{"spec": {"size": 1},\n  "configs": {"a.txt": 1}}',
    'test/other.json:2 configs.a.txt must be a text, but is 1; put it in quotes: "1"',
  ],
  [
    'test/other.json',
    '{"spec": {"size": 1,\n  "size": 2}}',
    'test/other.json:2 the map already has the key size; remove one of them',
  ],
  ['test/other.json', '[]', 'test/other.json the test is no map'],
  ['test/other.json', '{', expect.stringMatching(/^test\/other\.json .*JSON/)],
])('%s with %j is a problem', (file, text, message) => {
  expect(problemsWith({ [file]: text })).toStrictEqual([message].flat());
});

test('all that is wrong with a test is told at once, and a null in a change removes', () => {
  const all = '{\n"spec": {"size": "x", "colour": 1},\n"input": {},\n"change": {"infra": null}\n}';
  expect(problemsWith({ 'test/other.json': all })).toStrictEqual([
    expect.stringMatching(/^test\/other\.json:2 spec\.size must be/),
    expect.stringMatching(/^test\/other\.json:2 spec\.colour is not a known field/),
    'test/other.json:3 input is not a known field; did you mean inputs?',
  ]);
  expect(
    problemsWith({ 'test/other.json': '{"spec": {"size": 1}, "change": {"infra": null}}' }),
  ).toStrictEqual([]);
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
