import {
  emptyState,
  objectsOf,
  type StateObject,
  sensitivePaths,
  serialiseState,
  withObjects,
} from './state-objects.ts';

const object = (more: Partial<StateObject> = {}): StateObject => ({
  ...{
    moduleAddress: '',
    type: 'aws_vpc',
    name: 'v',
    key: null,
    provider: 'registry.terraform.io/hashicorp/aws',
  },
  ...{ providerKey: 'aws', schemaVersion: 1, attributes: { id: 'vpc-1' }, private: null, isTainted: false },
  ...{ sensitivePaths: [], dependencies: ['aws_x.y'] },
  ...more,
});

test('an object is added to the state in Terraform’s form, under the next serial', () => {
  const state = withObjects(
    emptyState('1.11.4', 'l'),
    [object({ private: 'cA==', isTainted: true })],
    '1.11.4',
  );
  expect(state).toStrictEqual({
    ...{ version: 4, terraform_version: '1.11.4', serial: 1, lineage: 'l', outputs: {} },
    resources: [
      {
        ...{ mode: 'managed', type: 'aws_vpc', name: 'v' },
        provider: 'provider["registry.terraform.io/hashicorp/aws"]',
        instances: [
          {
            ...{
              status: 'tainted',
              schema_version: 1,
              attributes: { id: 'vpc-1' },
              sensitive_attributes: [],
            },
            ...{ private: 'cA==', dependencies: ['aws_x.y'] },
          },
        ],
      },
    ],
  });
});

test('a resource keeps its provider and dependencies, even if the plan has others', () => {
  const first = withObjects(undefined, [object({ key: 0, providerKey: 'aws.west' })], '1.11.4');
  const second = withObjects(first, [object({ key: 1, dependencies: [] })], '1.11.4');
  expect(second.lineage).toBe(first.lineage);
  const [resource] = second.resources;
  expect(resource?.provider).toBe('provider["registry.terraform.io/hashicorp/aws"].west');
  expect(resource?.instances.map(({ index_key, dependencies }) => [index_key, dependencies])).toStrictEqual([
    [0, ['aws_x.y']],
    [1, ['aws_x.y']],
  ]);
});

test('modules and their provider configurations have the same names as in Terraform', () => {
  const inModule = object({ moduleAddress: 'module.a["x"]', providerKey: 'module.a:aws.b' });
  const [resource] = withObjects(undefined, [inModule], '1.11.4').resources;
  expect([resource?.module, resource?.provider]).toStrictEqual([
    'module.a["x"]',
    'module.a.provider["registry.terraform.io/hashicorp/aws"].b',
  ]);
});

test('sensitive values keep their marks', () => {
  expect(sensitivePaths({ password: true, list: [{ key: true }], plain: false })).toStrictEqual([
    [{ type: 'get_attr', value: 'password' }],
    [
      { type: 'get_attr', value: 'list' },
      { type: 'index', value: { value: 0, type: 'number' } },
      { type: 'get_attr', value: 'key' },
    ],
  ]);
});

test('the objects of a state are its managed ones, also deposed ones', () => {
  const resource = { mode: 'managed', type: 'aws_vpc', name: 'v', provider: 'p' } as const;
  const instances = [
    { attributes: { id: 'vpc-1' } },
    { attributes: { id: 'vpc-0' }, deposed: 'a1b2c3d4' },
    {},
  ];
  const resources = [
    { ...resource, instances },
    { ...resource, mode: 'data' as const, instances: [{ attributes: { id: 'read' } }] },
  ];
  expect([...objectsOf({ ...emptyState('1.11.4'), resources })]).toStrictEqual([
    'aws_vpc|vpc-1',
    'aws_vpc|vpc-0',
    'aws_vpc|{}',
  ]);
  expect(objectsOf(undefined).size).toBe(0);
});

describe('an added object', () => {
  const add = (...objects: StateObject[]) => withObjects(undefined, objects, '1.11.4');

  test('leaves the given state as it was', () => {
    const before = add(object());
    const copy = structuredClone(before);
    const after = withObjects(before, [object({ attributes: { id: 'vpc-2' } })], 'other');
    expect(before).toStrictEqual(copy);
    expect([after.serial, after.terraform_version]).toStrictEqual([2, '1.11.4']);
  });

  test('has neither status nor private data nor key if there is none', () => {
    const instance = add(object()).resources[0]?.instances[0];
    expect(instance).toStrictEqual({
      ...{ schema_version: 1, attributes: { id: 'vpc-1' }, sensitive_attributes: [] },
      dependencies: ['aws_x.y'],
    });
  });

  test.each([
    ['the same key', 0, 0],
    ['no key', null, null],
    ['the same text', 'a', 'a'],
  ])('deposes the object at its address: %s', (_, first, second) => {
    const state = add(object({ key: first }), object({ key: second, attributes: { id: 'vpc-2' } }));
    const instances = state.resources[0]?.instances ?? [];
    expect(instances.map(({ attributes }) => attributes?.id)).toStrictEqual(['vpc-1', 'vpc-2']);
    expect(instances[0]?.deposed).toMatch(/^[0-9a-f]{8}$/);
    expect(instances[1]).not.toHaveProperty('deposed');
  });

  test.each([
    [0, 1],
    ['0', 0],
    [null, 0],
    ['a', 'b'],
  ])('leaves an object with another key alone: %j and %j', (first, second) => {
    const [resource] = add(object({ key: first }), object({ key: second })).resources;
    expect(resource?.instances.map(({ deposed }) => deposed)).toStrictEqual([undefined, undefined]);
  });

  test('does not depose again what is deposed', () => {
    const ids = ['vpc-1', 'vpc-2', 'vpc-3'];
    const state = add(...ids.map((id) => object({ attributes: { id } })));
    const keys = state.resources[0]?.instances.map(({ deposed }) => deposed) ?? [];
    expect(keys.map((key) => key !== undefined)).toStrictEqual([true, true, false]);
    expect(keys[0]).not.toBe(keys[1]);
  });

  test.each([
    ['type', { type: 'aws_eip' }],
    ['name', { name: 'w' }],
    ['module', { moduleAddress: 'module.m' }],
  ])('of another %s is a resource of its own', (_, other) => {
    const state = add(object(), object(other), object(other));
    expect(state.resources.map(({ instances }) => instances.length)).toStrictEqual([1, 2]);
    expect(state.resources[0]).not.toHaveProperty('module');
  });

  test('is not added to a data source of the same name', () => {
    const [resource] = add(object()).resources;
    const read = {
      ...add(),
      resources: [{ ...(resource as NonNullable<typeof resource>), mode: 'data' as const }],
    };
    const modes = withObjects(read, [object()], '1.11.4').resources.map(({ mode }) => mode);
    expect(modes).toStrictEqual(['data', 'managed']);
  });

  test.each([
    ['aws', 'provider["p"]'],
    ['aws.west', 'provider["p"].west'],
    ['module.a:aws', 'module.a.provider["p"]'],
    ['module.a["x:y"]:aws.b', 'module.a["x:y"].provider["p"].b'],
  ])('with the provider configuration %s has the provider %s', (providerKey, expected) => {
    expect(add(object({ provider: 'p', providerKey })).resources[0]?.provider).toBe(expected);
  });
});

test('a new state has a lineage of its own', () => {
  const [one, two] = [emptyState('1.11.4'), emptyState('1.11.4')];
  expect(one.lineage).not.toBe(two.lineage);
  expect(one).toMatchObject({
    version: 4,
    terraform_version: '1.11.4',
    serial: 0,
    outputs: {},
    resources: [],
  });
});

test('a state is stored as Terraform writes it: indented, with a line end', () => {
  const state = emptyState('1.11.4', 'l');
  const text = serialiseState(state).toString();
  expect(JSON.parse(text)).toStrictEqual(state);
  expect(text).toMatch(/^\{\n {2}"version": 4,\n[\s\S]*\n\}\n$/);
});

test.each([
  ['a whole object', true, []],
  ['nothing', false, []],
  ['no shape', null, []],
  ['a text', 'true', []],
  ['no value', { a: false, b: [false], c: null }, []],
])('sensitive marks on %s give no path', (_, shape, expected) => {
  expect(sensitivePaths(shape)).toStrictEqual(expected);
});

test('sensitive marks in lists have the position of their item', () => {
  const index = (value: number) => ({ type: 'index', value: { value, type: 'number' } });
  expect(sensitivePaths({ list: [false, true, { key: true }] })).toStrictEqual([
    [{ type: 'get_attr', value: 'list' }, index(1)],
    [{ type: 'get_attr', value: 'list' }, index(2), { type: 'get_attr', value: 'key' }],
  ]);
});
