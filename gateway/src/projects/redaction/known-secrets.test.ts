import type { TerraformPlan, TerraformState } from '@deployment-engine/terraform-code';
import { environmentSecrets, leaves, planSecrets, stateSecrets } from './known-secrets.ts';

test('leaves are the strings, numbers and booleans at any depth, without null', () => {
  expect(leaves({ a: ['x', { b: 1, c: null }], d: false, e: undefined })).toStrictEqual(['x', '1', 'false']);
  expect([leaves('x'), leaves(0), leaves(null), leaves(undefined)]).toStrictEqual([['x'], ['0'], [], []]);
});

const cloudSecret = 'a-cloud-secret-16';
for (const name of [
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'ARM_CLIENT_SECRET',
  'ARM_ACCESS_KEY',
  'ARM_SAS_TOKEN',
  'ARM_OIDC_TOKEN',
  'ARM_CLIENT_CERTIFICATE_PASSWORD',
  'GOOGLE_OAUTH_ACCESS_TOKEN',
  'GOOGLE_ENCRYPTION_KEY',
])
  test(`the variable ${name} holds a secret`, () => {
    expect(environmentSecrets({ [name]: cloudSecret })).toStrictEqual([cloudSecret]);
  });

for (const name of [
  'AWS_ACCESS_KEY_ID',
  'AWS_REGION',
  'MY_AWS_SESSION_TOKEN',
  'AWS_SESSION_TOKEN_FILE',
  'PATH',
])
  test(`the variable ${name} holds no secret`, () => {
    expect(environmentSecrets({ [name]: cloudSecret })).toStrictEqual([]);
  });

test('a key of a cloud counts from 16 characters on, and an absent one does not', () => {
  const secrets = environmentSecrets({
    AWS_SECRET_ACCESS_KEY: 'x'.repeat(16),
    AWS_SESSION_TOKEN: 'y'.repeat(15),
    ARM_CLIENT_SECRET: undefined,
  });
  expect(secrets).toStrictEqual(['x'.repeat(16)]);
});

for (const [credentials, keys] of [
  ['{"private_key":"pk","private_key_id":"id","client_email":"me"}', ['pk', 'id']],
  ['{"private_key":"pk"}', ['pk']],
  ['{"private_key":{"a":"pk"},"private_key_id":7}', []],
  ['null', []],
  ['a path, not JSON', []],
] as const)
  test(`Google credentials are a secret as a whole, and so are their keys: ${credentials}`, () => {
    expect(environmentSecrets({ GOOGLE_CREDENTIALS: credentials })).toStrictEqual([credentials, ...keys]);
  });

const plan = (parts: object) => parts as TerraformPlan;
const change = (
  before: unknown,
  beforeMarks: unknown,
  after: unknown = null,
  afterMarks: unknown = false,
) => ({
  change: { before, before_sensitive: beforeMarks, after, after_sensitive: afterMarks },
});

test('old and new secrets of changed resources, of drift and of outputs are a plan’s secrets', () => {
  const secrets = planSecrets(
    plan({
      resource_changes: [change({ a: 'old-of-change' }, { a: true }, { a: 'new-of-change' }, { a: true })],
      resource_drift: [change({ a: 'old-of-drift' }, { a: true }, { a: 'new-of-drift' }, { a: true })],
      output_changes: {
        o: change('old-of-output', true, 'new-of-output', true).change,
        p: change('plain-output', false, 'plain-output', false).change,
      },
    }),
  );
  expect(secrets).toStrictEqual(
    ['change', 'drift', 'output'].flatMap((place) => [`old-of-${place}`, `new-of-${place}`]),
  );
});

test('a plan without changes has no secrets', () => {
  expect(planSecrets(plan({}))).toStrictEqual([]);
});

const value = {
  list: ['first-item', 'other-item'],
  deep: { a: 'deep-secret', b: 'deep-plain' },
  n: 12345678,
};
const marked: [what: string, value: unknown, marks: unknown, secrets: string[]][] = [
  ['everything', value, true, ['first-item', 'other-item', 'deep-secret', 'deep-plain', '12345678']],
  ['one item of a list', value, { list: [false, true] }, ['other-item']],
  ['one nested attribute', value, { deep: { a: true, b: false } }, ['deep-secret']],
  ['a number', value, { n: true }, ['12345678']],
  ['nothing, by false', value, false, []],
  ['nothing, by an empty object', value, {}, []],
  ['nothing, by null', value, null, []],
  ['nothing, by a text', value, 'true', []],
  ['nothing, by omission', value, undefined, []],
  ['an absent attribute', value, { absent: true, deep: { absent: true } }, []],
  ['an inherited name', value, { toString: true, list: { length: false } }, []],
  ['the inside of an absent value', null, { a: true }, []],
  ['the inside of a value known after apply', undefined, { a: true }, []],
  ['the inside of a text', 'a plain text', { 0: true }, []],
];
for (const [what, before, marks, secrets] of marked)
  test(`a plan that marks ${what} has those secrets`, () => {
    expect(planSecrets(plan({ resource_changes: [change(before, marks)] }))).toStrictEqual(secrets);
  });

const state = (outputs: object, instances: object[] = []) =>
  ({ outputs, resources: [{ instances: [] }, { instances }] }) as unknown as TerraformState;
const attribute = (name: string) => ({ type: 'get_attr', value: name });
const index = (key: string | number) => ({ type: 'index', value: { value: key, type: 'string' } });

test('sensitive outputs are a state’s secrets, others are not', () => {
  const outputs = {
    password: { value: { nested: ['secret-output'] }, sensitive: true },
    url: { value: 'https://plain.example', sensitive: false },
    name: { value: 'plain-output' },
  };
  expect(stateSecrets(state(outputs))).toStrictEqual(['secret-output']);
});

const attributes = {
  password: 'secret-password',
  plain: 'plain-attribute',
  users: [{ token: 'first-token' }, { token: 'other-token' }],
  tags: { key: 'secret-tag', other: 'plain-tag' },
  odd: { undefined: 'odd-secret', other: 'other-secret' },
  nothing: null,
};
const paths: [what: string, path: unknown, secrets: string[]][] = [
  ['an attribute', [attribute('password')], ['secret-password']],
  ['an attribute of an item', [attribute('users'), index(1), attribute('token')], ['other-token']],
  ['an entry of a map', [attribute('tags'), index('key')], ['secret-tag']],
  ['a whole map', [attribute('tags')], ['secret-tag', 'plain-tag']],
  [
    'an element of a set, which has no key',
    [attribute('users'), { type: 'index' }],
    ['first-token', 'other-token'],
  ],
  [
    'what has no key, in a map with the key undefined',
    [attribute('odd'), { type: 'index' }],
    ['odd-secret', 'other-secret'],
  ],
  ['an absent key of a map', [attribute('tags'), index('absent')], ['secret-tag', 'plain-tag']],
  ['an inherited name of a map', [attribute('tags'), index('toString')], ['secret-tag', 'plain-tag']],
  ['the inside of a text', [attribute('password'), attribute('length')], ['secret-password']],
  ['the inside of an absent value', [attribute('nothing'), attribute('a')], []],
];
for (const [what, path, secrets] of paths)
  test(`a state that marks ${what} has those secrets`, () => {
    expect(stateSecrets(state({}, [{ attributes, sensitive_attributes: [path] }]))).toStrictEqual(secrets);
  });

test('every instance counts, also one without attributes or without sensitive ones', () => {
  const sensitive = { sensitive_attributes: [[attribute('password')]] };
  const secrets = stateSecrets(
    state({}, [
      { attributes: { password: 'plain-password' } },
      { attributes: null, ...sensitive },
      { ...sensitive },
      { attributes: { password: 'first-password' }, ...sensitive },
      { attributes: { password: 'other-password' }, ...sensitive },
    ]),
  );
  expect(secrets).toStrictEqual(['first-password', 'other-password']);
});

test('marked values count from 8 characters on, and each once', () => {
  const outputs = {
    all: { value: ['1234567', '12345678', 'again-and-again', 'again-and-again'], sensitive: true },
  };
  expect(stateSecrets(state(outputs))).toStrictEqual(['12345678', 'again-and-again']);
});

test('at most ten thousand marked values count', () => {
  const values = Array.from({ length: 10_001 }, (_, number) => `secret-${number}`);
  const secrets = stateSecrets(state({ all: { value: values, sensitive: true } }));
  expect(secrets).toStrictEqual(values.slice(0, 10_000));
});
