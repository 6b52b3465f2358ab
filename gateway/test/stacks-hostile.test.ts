import assert from 'node:assert/strict';
import { StackResolver } from '../src/stacks/resolver.ts';
import type { CheckQuestion } from '../src/stacks/resolver-messages.ts';
import { startTestGateway, type TestGateway } from './support.ts';

const root = 'stacks/shop';
const stackFile = `${root}/stack.yaml`;
const stackYaml =
  'apiVersion: core.deployer.io/v1\nkind: Stack\nmetadata: {name: shop}\nspec:\n  provider: {name: aws, region: us-east-1}\n';
const files = { [stackFile]: stackYaml };
const environment = 'development';
const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);
const emptyFiles = (count: number) =>
  Object.fromEntries(numbered(count).map((index) => [`f${index}.yaml`, '']));

let it: TestGateway;
beforeAll(async () => {
  it = await startTestGateway();
});
afterAll(() => it[Symbol.asyncDispose]());
const post = (body: unknown, stack = 'shop') => it.client.post(`/api/stacks/${stack}/validate`, body);

const refused: [name: string, body: unknown, pointer: string, says: RegExp][] = [
  ['no files', { environment }, '/files', /give one of files, archive/],
  ['empty files', { files: {}, environment }, '/files', /empty/],
  ['2,001 files', { files: emptyFiles(2001), environment }, '/files', /2001 files; at most 2000/],
  ['more than 20 MB', { files: { a: 'x'.repeat(21_000_000) }, environment }, '/files', /at most 20971520/],
  ['a climbing path', { files: { 'a/../../b.yaml': '' }, environment }, '/files/a~1..~1..~1b.yaml', /leaves/],
  ['an absolute path', { files: { '/etc/passwd': '' }, environment }, '/files/~1etc~1passwd', /absolute/],
  ['a hidden file', { files: { '.git/config': '' }, environment }, '/files/.git~1config', /hidden/],
  ['a file that is a folder too', { files: { a: '', 'a/b': '' }, environment }, '/files/a', /both/],
  ['a climbing folder', { files, folders: ['../x'], environment }, '/folders/0', /leaves/],
  ['too many folders', { files, folders: numbered(2001).map(String), environment }, '/folders', /2000/],
  ['an environment that climbs', { files, environment: '../x' }, '/environment', /must be/],
  ['a variable that is a number', { files, environment, variables: { A: 1 } }, '/variables/A', /string/],
  ['an unknown field', { files, environment, enviroment: 'x' }, '/enviroment', /not a field/],
];
for (const [name, body, pointer, says] of refused)
  test(`${name} is refused with a pointer to the field`, async () => {
    const answer = await post(body);
    expect([answer.status, answer.body.code]).toStrictEqual([400, 'invalid_request']);
    const found = answer.body.errors.find((error: { pointer: string }) => error.pointer === pointer);
    assert.ok(found, JSON.stringify(answer.body).slice(0, 1000));
    expect(found.detail).toMatch(says);
  });

test('a stack whose name is not allowed is refused', async () => {
  for (const name of ['..%2fetc', 'A', '__proto__'])
    expect(await post({ files, environment }, name)).toMatchObject({ status: 400 });
});

test('a graph needs an environment and a format that exists', async () => {
  const graph = (body: object) => it.client.post('/api/stacks/shop/graph', body);
  expect((await graph({ files })).body.errors[0].pointer).toBe('/environment');
  expect((await graph({ files, environment, format: 'svg' })).body.errors[0].pointer).toBe('/format');
});

test('a body over 32 MB is refused; 2,000 files and 20 MB are not', async () => {
  const large = await post({ files: { a: 'x'.repeat(34_000_000) }, environment });
  expect(large).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  expect(large.body.detail).toMatch(/larger than 32 MB/);
  const most = { ...emptyFiles(1998), [stackFile]: stackYaml, 'docs/a.txt': 'x'.repeat(20_900_000) };
  expect(await post({ files: most, environment })).toMatchObject({ status: 200, body: { valid: true } });
});

test('malformed JSON and another media type are refused', async () => {
  expect(await post('{"files": {')).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
  const text = await it.client.post('/api/stacks/shop/validate', 'a', { 'content-type': 'text/plain' });
  expect(text).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
});

const aliases = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...numbered(20).map(
    (index) => `a${index + 1}: &a${index + 1} [${Array(10).fill(`*a${index}`).join(', ')}]`,
  ),
].join('\n');
const hostile: [name: string, text: string, code: string][] = [
  ['an alias bomb', aliases, 'yaml_syntax'],
  ['deep nesting', '['.repeat(100_000), 'yaml_syntax'],
  ['a broken file of 1 MB', `a: "${'x'.repeat(1_000_000)}`, 'yaml_syntax'],
  ['a file of NUL characters', '\u0000'.repeat(1000), 'wrong_type'],
  ['a tag that would make an object', 'kind: !!js/function "x"', 'yaml_syntax'],
  ['a prototype as a key', `${stackYaml}__proto__: {valid: true}\n`, 'unknown_field'],
];
test.each(hostile)('%s is an error in its file', async (_name, text, code) => {
  const answer = await post({ files: { [stackFile]: text }, environment });
  expect(answer).toMatchObject({ status: 200, body: { valid: false } });
  expect(answer.body.errors.map((error: { code: string }) => error.code)).toContain(code);
  expect(answer.body.errors[0].file).toBe(stackFile);
});

test('variables that grow without end are an error', async () => {
  const doubling = numbered(40).map((index) => `    V${index}: "\${V${index + 1}}\${V${index + 1}}"`);
  const text = `${stackYaml}  description: "\${V0}"\n  variables:\n    V40: xxxxxxxxxx\n${doubling.join('\n')}\n`;
  const answer = await post({ files: { [stackFile]: text }, environment });
  expect(answer).toMatchObject({ status: 200, body: { valid: false } });
});

const question: CheckQuestion = {
  type: 'check',
  files: new Map(Object.entries(files)),
  stack: 'shop',
  environment,
  variables: {},
};

test('a question that takes too long is refused, and the next one is answered', async () => {
  await using resolver = new StackResolver({ timeoutMs: 1 });
  const long = `a: ["${'x,'.repeat(1_000_000)}"]`; // takes far longer, also on a fast machine
  const slow = {
    ...question,
    files: new Map([...question.files, ['stacks/shop/infra/defaults.yaml', long]]),
  };
  await expect(resolver.ask(slow)).rejects.toMatchObject({ code: 'stack_too_complex' });
  await using patient = new StackResolver();
  expect(await patient.ask(question)).toMatchObject({ valid: true });
});

test('memory beyond the limit ends the resolver’s process alone, each time, and the next question is answered', async () => {
  await using resolver = new StackResolver({ maxMemoryMb: 64 });
  const files = new Map([
    ...question.files,
    ['stacks/shop/infra/defaults.yaml', `a: ["${'x,'.repeat(30_000_000)}"]`],
  ]);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await expect(resolver.ask({ ...question, files })).rejects.toMatchObject({ code: 'stack_too_complex' });
    expect(await resolver.ask(question)).toMatchObject({ valid: true });
  }
});

test('of questions that are too large together the first are answered, the others are refused at once', async () => {
  const units = [...question.files].reduce((sum, [path, text]) => sum + path.length + text.length, 0);
  await using resolver = new StackResolver({ maxWaitingUnits: 8 * units });
  const answers = await Promise.allSettled(numbered(20).map(() => resolver.ask(question)));
  const refusals = answers.filter(({ status }) => status === 'rejected');
  expect(answers.length - refusals.length).toBe(8);
  for (const refusal of refusals) expect(refusal).toMatchObject({ reason: { code: 'no_capacity' } });
});
