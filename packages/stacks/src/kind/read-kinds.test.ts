import { builtInKinds } from '../../../../testing/repository.ts';
import { componentKindNames, findKind } from './kind.ts';
import { readKind, readKinds } from './read-kinds.ts';

const catalog = readKinds(builtInKinds());

test('every built-in kind can be read, has outputs, and all but the foundation can be components', () => {
  expect(catalog.kinds.size).toBe(24);
  for (const kind of catalog.kinds.values()) expect(kind.outputs.length).toBeGreaterThan(0);
  expect(componentKindNames(catalog)).not.toContain('Foundation');
  expect(componentKindNames(catalog)).toHaveLength(24); // 23 names and one alias
});

test('kinds that run an image have all fields of ComponentInfra', () => {
  const names = [...catalog.kinds.values()]
    .filter(({ runsContainers }) => runsContainers)
    .map(({ name }) => name);
  expect(names).toStrictEqual(['CronJob', 'MicroService', 'Worker']);
});

test('a kind has an alias', () => {
  expect(findKind(catalog, 'MemoryDB')?.name).toBe('AWSMemoryDB');
});

const own = (files: Record<string, string>) =>
  new Map(
    Object.entries({
      'kind.yaml': 'metadata: {name: Own}\nspec: {group: own, stateful: true, usualMinutes: 7}\n',
      'schema.json':
        '{"type": "object", "additionalProperties": false, "properties": {"a": {"type": "string"}}}',
      'outputs.tf': 'output "one" { value = 1 }\n',
      'main.tf': 'resource "x" "y" {}\noutput "two" { value = x.y.id }\n',
      'modules/inner/main.tf': 'output "inner" { value = 1 }\n',
      ...files,
    }),
  );

test('a kind is read from the files of its folder; dependsOn is always allowed', () => {
  expect(readKind('Own', own({}))).toMatchObject({
    name: 'Own',
    group: 'own',
    stateful: true,
    usualMinutes: 7,
    runsContainers: false,
    outputs: ['one', 'two'],
    schema: { properties: { a: { type: 'string' }, dependsOn: { type: 'array' } } },
  });
});

test.each([
  [{ 'schema.json': '{' }, 'Own/schema.json'],
  [{ 'schema.json': '{"oneOf": []}' }, 'Own/schema.json: /oneOf is not a supported keyword'],
  [{ 'schema.json': '{"constructor": {}}' }, 'Own/schema.json: /constructor is not a supported keyword'],
  [{ 'main.tf': 'output "x" {' }, 'Own/main.tf: line 1'],
  [{ 'kind.yaml': 'metadata: {name: Other}' }, "Own/kind.yaml: metadata.name is not the folder's name"],
  [{ 'kind.yaml': 'metadata: [' }, 'Own/kind.yaml: line 1'],
])('%j can not be used', (files, message) => {
  expect(() => readKind('Own', own(files as Record<string, string>))).toThrow(message);
});

test.each(['kind.yaml', 'schema.json'])('a kind without %s can not be used', (name) => {
  const files = own({});
  files.delete(name);
  expect(() => readKind('Own', files)).toThrow(`reading the kind's Own/${name}: the file is missing`);
});

test("a kind's files are those that a project needs", () => {
  const files = own({
    'README.md': '',
    'modules/inner/README.md': '',
    'test/plain.json': '{}',
    'a.tftpl': '',
  });
  expect([...readKind('Own', files).files.keys()].sort()).toStrictEqual([
    'a.tftpl',
    'main.tf',
    'modules/inner/main.tf',
    'outputs.tf',
  ]);
});

test('a catalog arrives as it is in another process', () => {
  expect(structuredClone(catalog)).toStrictEqual(catalog);
});
