import { emptyState, type StateObject, sensitivePaths, withObjects } from './state-objects.ts';

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
