import { type StateResource, sensitiveText, type TerraformState } from '@deployment-engine/terraform-code';
import { diffStates } from './diff.ts';

type Instance = StateResource['instances'][number];

const stateOf = (instances: Record<string, Instance>): TerraformState => ({
  version: 4,
  terraform_version: '1.11.4',
  serial: 1,
  lineage: 'l',
  outputs: {},
  resources: Object.entries(instances).map(([name, instance]) => ({
    mode: 'managed',
    type: 't',
    name,
    provider: 'p',
    instances: [instance],
  })),
});

test('instances of one state only are added or removed, sorted by address', () => {
  const before = stateOf({ y: {}, x: {}, kept: { attributes: { a: 1 } } });
  const after = stateOf({ kept: { attributes: { a: 1 } }, w: {}, v: {} });
  expect(diffStates(before, after)).toStrictEqual({
    added: ['t.v', 't.w'],
    removed: ['t.x', 't.y'],
    changed: [],
  });
});

test('an instance of both states is changed in the attributes that differ', () => {
  const before = stateOf({ a: { attributes: { size: 1, name: 'n' } }, b: { attributes: {} } });
  const after = stateOf({ a: { attributes: { size: 2, name: 'n' } }, b: { attributes: {} } });
  expect(diffStates(before, after).changed).toStrictEqual([
    { address: 't.a', attributes: [{ path: 'size', before: 1, after: 2 }] },
  ]);
});

test.each([
  ['before', ['secret'], []],
  ['after', [], ['secret']],
])('an attribute that is sensitive in the state %s is redacted with all below it', (_when, then, now) => {
  const sensitive = (names: string[]) =>
    names.map((value) => [
      { type: 'get_attr', value },
      { type: 'get_attr', value: 'inner' },
    ]);
  const [before, after] = (
    [
      [then, 1],
      [now, 2],
    ] as const
  ).map(([names, value]) =>
    stateOf({
      a: {
        attributes: { secret: { inner: value }, open: { secret: value } },
        sensitive_attributes: sensitive(names),
      },
    }),
  ) as [TerraformState, TerraformState];
  expect(diffStates(before, after).changed[0]?.attributes).toStrictEqual([
    { path: 'secret.inner', before: sensitiveText, after: sensitiveText },
    { path: 'open.secret', before: 1, after: 2 },
  ]);
});

test.each([
  ['a text', 'secret'],
  ['empty', []],
  ['of a text', ['secret']],
  ['of null', [null]],
  ['of a number', [{ type: 'index', value: 0 }]],
])('a sensitive path that is %s marks nothing', (_name, path) => {
  const [before, after] = [1, 2].map((secret) =>
    stateOf({ a: { attributes: { secret }, sensitive_attributes: [path] } }),
  ) as [TerraformState, TerraformState];
  expect(diffStates(before, after).changed[0]?.attributes).toStrictEqual([
    { path: 'secret', before: 1, after: 2 },
  ]);
});
