import { type Files, json, judge, resource, tf } from '../code-fixture.ts';

const findings = (files: Files, ...ids: string[]) =>
  judge(files)
    .findings.filter(({ id }) => ids.includes(id))
    .map(({ id, line, address, subject, invalid }) => [id, line, address, subject, invalid]);

test.each([
  ['terraform', 0],
  ['locals', 0],
  ['moved', 0],
  ['import', 0],
  ['removed', 0],
  ['provider', 1],
  ['variable', 1],
  ['output', 1],
  ['module', 1],
  ['check', 1],
  ['resource', 2],
  ['data', 2],
  ['ephemeral', 2],
])('a block %s has %i labels', (type, count) => {
  const code = [0, 1, 2, 3].map((labels) => `${type} ${'"aws_x" '.repeat(labels)}{\n}\n`).join('');
  const wrong = [0, 1, 2, 3].filter((labels) => labels !== count).map((labels) => 2 * labels + 1);
  expect(findings(tf(code), 'PRE-BLOCK')).toStrictEqual(
    wrong.map((line) => ['PRE-BLOCK', line, null, null, 'syntax']),
  );
});

test('unknown blocks and arguments at the top are invalid code; long names are shortened', () => {
  expect(findings(tf('constructor {\n}\na = 1\n'), 'PRE-BLOCK')).toStrictEqual([
    ['PRE-BLOCK', 3, null, null, 'syntax'],
    ['PRE-BLOCK', 1, null, null, 'syntax'],
  ]);
  const messageOf = (name: string) => judge(tf(`${name} {\n}\n`)).findings[0]?.message;
  expect(messageOf('a'.repeat(60))).toMatch(/^"a{60}" with 0 labels/);
  expect(messageOf('a'.repeat(61))).toMatch(/^"a{60}…" with 0 labels/);
});

test('of terraform’s settings, only those that Terraform compares are accepted', () => {
  const code = 'terraform {\n  required_version = "1"\n  a = 1\n  provider_meta "x" {\n  }\n  b {\n  }\n}\n';
  expect(findings(tf(code), 'PRE-BLOCK', 'PRE-BACKEND')).toStrictEqual([
    ['PRE-BLOCK', 3, null, 'a', 'syntax'],
    ['PRE-BLOCK', 6, null, 'b', 'syntax'],
  ]);
  const backends = 'terraform {\n  backend = 1\n  cloud {\n  }\n}\n';
  expect(findings(tf(backends), 'PRE-BLOCK', 'PRE-BACKEND')).toStrictEqual([
    ['PRE-BACKEND', 2, null, 'backend', undefined],
    ['PRE-BACKEND', 3, null, 'cloud', undefined],
  ]);
  expect(findings(tf('locals {\n  backend = 1\n}\n'), 'PRE-BLOCK', 'PRE-BACKEND')).toStrictEqual([]);
});

test('import, removed and moved are reported, each by its own rule', () => {
  const ids = ['PRE-IMPORT', 'PRE-REMOVED', 'PRE-MOVED'];
  expect(findings(tf('import {\n}\nremoved {\n}\nmoved {\n}\nlocals {\n}\n'), ...ids)).toStrictEqual([
    ['PRE-IMPORT', 1, null, null, undefined],
    ['PRE-REMOVED', 3, null, null, undefined],
    ['PRE-MOVED', 5, null, null, undefined],
  ]);
});

test('ephemeral blocks are reported unless they only generate a value', () => {
  const code = 'ephemeral "random_password" "a" {\n}\nephemeral "aws_secret" "b" {\n}\nephemeral {\n}\n';
  expect(
    findings(tf(code), 'PRE-EPHEMERAL').map(([, line, address, subject]) => [line, address, subject]),
  ).toStrictEqual([
    [3, 'ephemeral.aws_secret.b', 'aws_secret'],
    [5, 'ephemeral', ''],
  ]);
});

test('provisioners and connections are found as blocks, as arguments and as dynamic blocks', () => {
  const body =
    'provisioner "x" {\n}\nconnection {\n}\nprovisioner = 1\ndynamic "connection" {\n}\ndynamic {\n}\nother {\n}';
  const address = 'aws_s3_bucket.b';
  expect(findings(resource(body), 'PRE-PROVISIONER')).toStrictEqual([
    ['PRE-PROVISIONER', 6, address, 'provisioner', undefined],
    ['PRE-PROVISIONER', 2, address, 'provisioner', undefined],
    ['PRE-PROVISIONER', 4, address, 'connection', undefined],
    ['PRE-PROVISIONER', 7, address, 'connection', undefined],
  ]);
  expect(
    findings(tf('removed {\n  connection {\n  }\n}\nlocals {\n  connection = 1\n}\n'), 'PRE-PROVISIONER'),
  ).toStrictEqual([['PRE-PROVISIONER', 2, 'removed', 'connection', undefined]]);
});

test.each([
  ['its label', '', true],
  ['another name', 'iterator = item-1_a', true],
  ['another name as a text', 'iterator = "item"', true],
  ['each', 'iterator = each', false],
  ['local', 'iterator = local', false],
  ['local as a text', 'iterator = "local"', false],
  ['a name with a comment', 'iterator = "each/**/"', false],
  ['a name with a space before it', 'iterator = " item"', false],
  ['an empty name', 'iterator = ""', false],
  ['a computed name', 'iterator = upper("a")', false],
])('the iterator of a dynamic block may be %s: %3$s', (_name, line, isAccepted) => {
  const body = `outer {\n  dynamic "tag" {\n    for_each = []\n    ${line}\n  }\n}`;
  expect(findings(resource(body), 'PRE-BLOCK').map(([, at]) => at)).toStrictEqual(isAccepted ? [] : [3]);
});

test('a dynamic block called each, or without a label, has no iterator', () => {
  expect(findings(resource('dynamic "each" {\n}'), 'PRE-BLOCK').length).toBe(1);
  expect(findings(resource('dynamic {\n}'), 'PRE-BLOCK').length).toBe(1);
  const named = { setting: { dynamic: { tag: { iterator: 'item', for_each: [] } } } };
  expect(findings(json({ resource: { aws_x: { x: named } } }), 'PRE-BLOCK')).toStrictEqual([]);
});
