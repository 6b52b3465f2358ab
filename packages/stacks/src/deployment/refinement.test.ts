import type { TerraformPlan } from '@deployment-engine/terraform-code';
import fc from 'fast-check';
import { refinementProblems } from './refinement.ts';

type Change = NonNullable<TerraformPlan['output_changes']>[string];

const resource = (address: string, change: Change, more: object = {}) => ({
  address,
  mode: 'managed',
  type: 'aws_sqs_queue',
  name: 'this',
  change,
  ...more,
});
const plan = (...resources: ReturnType<typeof resource>[]): TerraformPlan => ({
  resource_changes: resources,
});
const doing = (...actions: string[]) => plan(resource('a.b', { actions }));
const setting = (after: unknown, after_unknown: unknown = {}, more: object = {}) =>
  plan(resource('a.b', { actions: ['create'], after, after_unknown, ...more }));
const messages = (preview: TerraformPlan, real: TerraformPlan) =>
  refinementProblems(preview, real).map(({ address, message }) => `${address}: ${message}`);

const noOp = ['no-op'];
const update = ['update'];
const createFirst = ['create', 'delete'];
const deleteFirst = ['delete', 'create'];
const allActions = [
  noOp,
  ['create'],
  update,
  ['delete'],
  createFirst,
  deleteFirst,
  ['forget'],
  ['create', 'forget'],
];

test.each([
  [noOp, [noOp]],
  [['create'], [['create'], noOp]],
  [update, [update, noOp]],
  [['delete'], [['delete']]],
  [createFirst, [createFirst, update, noOp]],
  [deleteFirst, [deleteFirst, createFirst, update, noOp]],
  [['forget'], [['forget']]],
  [
    ['create', 'forget'],
    [['create', 'forget'], update, noOp],
  ],
])('approved %j allows %j and nothing else', (approved, allowed) => {
  for (const actions of allActions) {
    const isAllowed = allowed.some((each) => each.join() === actions.join());
    expect([actions, messages(doing(...approved), doing(...actions)).length]).toStrictEqual([
      actions,
      isAllowed ? 0 : 1,
    ]);
  }
});

test('a stronger action is named', () => {
  expect(messages(doing('update'), doing('delete', 'create'))).toStrictEqual([
    'a.b: approved: update; now: replace, old one first',
  ]);
});

test.each([
  ['a new address', plan(), doing('create'), ['a.b: is not in the approved plan; now: create']],
  ['a new unchanged object', plan(), doing('no-op'), ['a.b: is not in the approved plan; now: no change']],
  ['a missing address', doing('create'), plan(), ['a.b: is not in the plan; approved: create']],
  ['an object that is deleted already', doing('delete'), plan(), []],
  ['an object that is forgotten already', doing('forget'), plan(), []],
  [
    'an object that a failed replacement left behind',
    doing('update'),
    plan(
      resource('a.b', { actions: ['update'] }),
      resource('a.b', { actions: ['delete'] }, { deposed: '00000001' }),
    ),
    ['a.b (deposed 00000001): is not in the approved plan; now: delete'],
  ],
  [
    'pending inputs and data sources',
    plan(resource('terraform_data.pending["x"]', { actions: ['create'] })),
    plan(resource('data.aws_ami.x', { actions: ['read'] }, { mode: 'data' })),
    [],
  ],
  [
    'an import',
    doing('no-op'),
    plan(resource('a.b', { actions: ['no-op'], importing: { id: 'x' } })),
    ['a.b: an import was not approved'],
  ],
])('%s', (_, preview, real, expected) => {
  expect(messages(preview, real)).toStrictEqual(expected);
});

test.each([
  ['a filled unknown', setting({ a: 1 }, { b: true }), setting({ a: 1, b: 2 }), []],
  ['a wholly unknown value', setting(undefined, true), setting({ a: 1 }), []],
  ['an unknown item', setting({ l: ['x', null] }, { l: [false, true] }), setting({ l: ['x', 'y'] }), []],
  ['an unknown list', setting({}, { l: true }), setting({ l: ['x', 'y'] }), []],
  ['a null that has no key', setting({ a: null }), setting({}), []],
  ['a changed value', setting({ a: { b: 1 } }), setting({ a: { b: 2 } }), ['a.b was approved as 1 and is 2']],
  ['another type', setting({ a: 1 }), setting({ a: '1' }), ['a was approved as 1 and is "1"']],
  ['a value more', setting({}), setting({ a: 1 }), ['a was approved as null and is 1']],
  ['a value less', setting({ a: 1 }), setting({}), ['a was approved as 1 and is null']],
  ['an item more', setting({ l: [1] }), setting({ l: [1, 2] }), ['l was approved with 1 items and has 2']],
  [
    'a map for a list',
    setting({ l: [1] }),
    setting({ l: { 0: 1 } }),
    ['l was approved as a list and is a map'],
  ],
  [
    'a known value beside an unknown one',
    setting({ l: [{ a: 1 }] }, { l: [{ b: true }] }),
    setting({ l: [{ a: 2, b: 3 }] }),
    ['l[0].a was approved as 1 and is 2'],
  ],
  [
    'a value that is unknown now',
    setting({ a: 1 }),
    setting({}, { a: true }),
    ['a was known when approved and is not now'],
  ],
  [
    'a long text',
    setting({ a: 'x'.repeat(200) }),
    setting({ a: 'y' }),
    [`a was approved as "${'x'.repeat(59)}… and is "y"`],
  ],
  [
    'a sensitive value',
    setting({ a: { b: 'old' } }, {}, { after_sensitive: { a: true } }),
    setting({ a: { b: 'new' } }),
    ['a.b is not the approved value, which is sensitive'],
  ],
  [
    'a value that is sensitive now',
    setting({ a: 'old' }),
    setting({ a: 'new' }, {}, { after_sensitive: { a: true } }),
    ['a is not the approved value, which is sensitive'],
  ],
])('%s', (_, preview, real, expected) => {
  expect(messages(preview, real)).toStrictEqual(expected.map((message) => `a.b: ${message}`));
});

test('a stored empty value is as good as null where less is done, and only there', () => {
  const approved = setting({ a: null, b: null, c: [] });
  const stored = { a: '', b: false, c: null };
  const real = plan(resource('a.b', { actions: ['no-op'], after: stored, after_unknown: {} }));
  expect(messages(approved, real)).toStrictEqual([]);
  expect(messages(approved, setting(stored))).toHaveLength(3);
  const other = plan(
    resource('a.b', { actions: ['no-op'], after: { ...stored, a: 'x' }, after_unknown: {} }),
  );
  expect(messages(approved, other)).toStrictEqual(['a.b: a was approved as null and is "x"']);
});

test('outputs are compared as values', () => {
  const outputs = (changes: Record<string, Change>): TerraformPlan => ({ output_changes: changes });
  const known = (after: unknown): Change => ({ actions: ['create'], after, after_unknown: false });
  const preview = outputs({ url: { actions: ['create'], after_unknown: true }, port: known(80) });
  expect(messages(preview, outputs({ url: known('x'), port: known(80) }))).toStrictEqual([]);
  expect(messages(preview, outputs({ url: known('x'), port: known(81), more: known(1) }))).toStrictEqual([
    'output.more: is not in the approved plan; now: create',
    'output.port: the value was approved as 80 and is 81',
  ]);
  expect(messages(preview, outputs({ url: known('x') }))).toStrictEqual([
    'output.port: is not in the plan; approved: create',
  ]);
});

/** A value, the shape of what a preview does not know of it, and the value without that. */
type Masked = { value: unknown; known: unknown; unknown: unknown; isWhole: boolean };
const scalar = fc.oneof(fc.string({ maxLength: 4 }), fc.integer(), fc.boolean(), fc.constant(null));

const { masked } = fc.letrec<{ masked: Masked }>((tie) => ({
  masked: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(scalar, fc.boolean()).map(([value, isUnknown]) => leaf(value, isUnknown)),
    fc.array(tie('masked'), { maxLength: 3 }).map(list),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tie('masked'), { maxKeys: 3 }).map(map),
  ),
}));

function leaf(value: unknown, isUnknown: boolean): Masked {
  return { value, known: isUnknown ? undefined : value, unknown: isUnknown, isWhole: isUnknown };
}

function list(items: Masked[]): Masked {
  return {
    value: items.map(({ value }) => value),
    known: items.map(({ known }) => known ?? null),
    unknown: items.map(({ unknown }) => unknown),
    isWhole: false,
  };
}

function map(entries: Record<string, Masked>): Masked {
  const pairs = Object.entries(entries);
  return {
    value: Object.fromEntries(pairs.map(([key, { value }]) => [key, value])),
    known: Object.fromEntries(pairs.flatMap(([key, { known, isWhole }]) => (isWhole ? [] : [[key, known]]))),
    unknown: Object.fromEntries(pairs.map(([key, { unknown }]) => [key, unknown])),
    isWhole: false,
  };
}

const previewOf = ({ known, unknown }: Masked) => setting(known, unknown);
const realOf = ({ value }: Masked) => setting(value);

test('every plan refines itself, and every preview is refined by filling in what it does not know', () => {
  fc.assert(
    fc.property(masked, (value) => {
      expect(messages(previewOf(value), previewOf(value))).toStrictEqual([]);
      expect(messages(realOf(value), realOf(value))).toStrictEqual([]);
      expect(messages(previewOf(value), realOf(value))).toStrictEqual([]);
    }),
  );
});

/** Places of scalars that the preview knows. */
function knownPlaces(
  value: unknown,
  unknown: unknown,
  path: (string | number)[] = [],
): (string | number)[][] {
  if (unknown === true) return [];
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) =>
    knownPlaces(inner, (unknown as Record<string, unknown>)?.[key], [...path, key]),
  );
}

function changedAt(value: unknown, path: (string | number)[], to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = changedAt(copy[key], rest, to);
  return copy;
}

test('any change of a value that the preview knows is found', () => {
  fc.assert(
    fc.property(masked, fc.nat(), (value, choice) => {
      const places = knownPlaces(value.value, value.unknown);
      fc.pre(places.length > 0);
      const place = places[choice % places.length] ?? [];
      const changed = changedAt(value.value, place, 'something else');
      expect(messages(previewOf(value), setting(changed))).toHaveLength(1);
      expect(messages(previewOf(value), setting(changedAt(value.value, place, ['more'])))).toHaveLength(1);
    }),
  );
});
