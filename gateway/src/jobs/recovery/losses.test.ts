import assert from 'node:assert/strict';
import type { JournalRecord } from '@deployment-engine/runner-api';
import type { TerraformState } from '@deployment-engine/terraform-code';
import { readJournalCalls } from './journal-calls.ts';
import { awsProvider, begin, end, journalText, planOfCreations } from './journal-fixture.ts';
import { findLosses } from './losses.ts';
import { emptyState, withObjects } from './state-objects.ts';

const group = (index: number) => ({
  address: `aws_security_group.g[${index}]`,
  after: { name_prefix: 'g-', vpc_id: 'vpc-1', id: null },
  unknown: { id: true },
});
const planned = { name_prefix: 'g-', vpc_id: 'vpc-1' };

function lossesOf(
  plan: ReturnType<typeof planOfCreations>,
  records: JournalRecord[] | undefined,
  more: { state?: TerraformState; overtaken?: TerraformState; started?: string[]; providers?: string[] } = {},
) {
  const { providers = [awsProvider], started = [] } = more;
  return findLosses({
    plan,
    state: more.state,
    journal: records && { calls: readJournalCalls(journalText(...records)), providers },
    started: new Set(started),
    overtaken: more.overtaken,
  });
}

const stateWith = (...ids: string[]): TerraformState => ({
  ...emptyState('1.11.4'),
  resources: [
    {
      ...{ mode: 'managed', type: 'aws_security_group', name: 'g', provider: `provider["${awsProvider}"]` },
      instances: ids.map((id, index) => ({ index_key: index, attributes: { id } })),
    },
  ],
});

test('an object in the cloud’s answer that no state has is proven, with all that Terraform would have stored', () => {
  const made = end('a', { id: 'sg-1', ...planned }, { private: 'cHJpdmF0ZQ==', schemaVersion: 7 });
  const { proven, unaccounted } = lossesOf(planOfCreations([group(0)]), [
    begin('a', 'aws_security_group', planned),
    made,
  ]);
  expect(unaccounted).toStrictEqual([]);
  assert.equal(proven[0]?.address, 'aws_security_group.g[0]');
  const { object } = proven[0];
  expect([
    object.attributes.id,
    object.schemaVersion,
    object.private,
    object.isTainted,
    object.key,
  ]).toStrictEqual(['sg-1', 7, 'cHJpdmF0ZQ==', false, 0]);
});

test('an object that is in the state is not lost', () => {
  const records = [begin('a', 'aws_security_group', planned), end('a', { id: 'sg-1' })];
  const losses = lossesOf(planOfCreations([group(0)]), records, { state: stateWith('sg-1') });
  expect([losses.proven, losses.unaccounted]).toStrictEqual([[], []]);
});

test('objects with the same values get one free address each', () => {
  const records = [1, 2, 3].flatMap((index) => [
    begin(`${index}`, 'aws_security_group', planned),
    end(`${index}`, { id: `sg-${index}` }),
  ]);
  const { proven } = lossesOf(planOfCreations([group(0), group(1), group(2)]), records, {
    state: stateWith('sg-2'),
  });
  expect(proven.map(({ address }) => address).toSorted()).toStrictEqual([
    'aws_security_group.g[1]',
    'aws_security_group.g[2]',
  ]);
});

test('known planned values decide which address an object gets', () => {
  const plan = planOfCreations(
    ['a', 'b'].map((name) => ({ address: `aws_iam_role.${name}`, after: { name }, unknown: { id: true } })),
  );
  const { proven } = lossesOf(plan, [
    begin('1', 'aws_iam_role', { name: 'b' }),
    end('1', { id: 'b', name: 'b' }),
  ]);
  expect(proven.map(({ address }) => address)).toStrictEqual(['aws_iam_role.b']);
});

const unknownNames = planOfCreations(
  [0, 1].map((index) => ({ address: `aws_subnet.n[${index}]`, after: {}, unknown: { name: true } })),
);

test('if known values fit several addresses, values that contain the instance key decide', () => {
  const records = [begin('1', 'aws_subnet', { name: 'n-1' }), end('1', { id: 'subnet-1' })];
  expect(lossesOf(unknownNames, records).proven[0]?.address).toBe('aws_subnet.n[1]');
});

test('if nothing else decides, the order in which Terraform began does', () => {
  const records = ['x', 'y'].flatMap((name) => [
    begin(name, 'aws_subnet', { name }),
    end(name, { id: name }),
  ]);
  const { proven } = lossesOf(unknownNames, records, { started: ['aws_subnet.n[1]', 'aws_subnet.n[0]'] });
  expect(proven.map(({ address, object }) => [address, object.attributes.id])).toStrictEqual([
    ['aws_subnet.n[1]', 'x'],
    ['aws_subnet.n[0]', 'y'],
  ]);
});

test('a call without an answer may have created an object; without a call, nothing was created', () => {
  const { proven, unaccounted } = lossesOf(planOfCreations([group(0), group(1)]), [
    begin('a', 'aws_security_group', planned),
  ]);
  expect(proven).toStrictEqual([]);
  expect(unaccounted.map(({ address, started, objectId }) => [address, started, objectId])).toStrictEqual([
    ['aws_security_group.g[0]', true, null],
  ]);
});

const refusals: [what: string, mayExist: boolean, more: object][] = [
  [
    'the cloud refuses the values',
    false,
    {
      errors: [
        { summary: 'creating', detail: 'https response error StatusCode: 400, InvalidParameterValue' },
      ],
    },
  ],
  [
    'the caller lacks permission',
    false,
    { errors: [{ summary: 'creating', detail: 'StatusCode: 403, AccessDenied' }] },
  ],
  [
    'the provider itself refuses',
    false,
    { errors: [{ summary: 'expected port to be a number', detail: '' }] },
  ],
  [
    'it already exists',
    true,
    { errors: [{ summary: 'creating', detail: 'StatusCode: 400, ParameterAlreadyExists' }] },
  ],
  [
    'its name is taken by another account',
    false,
    {
      errors: [
        { summary: 'creating', detail: 'StatusCode: 409, BucketAlreadyExists: The requested bucket name' },
      ],
    },
  ],
  [
    'its name is taken by the same account',
    true,
    {
      errors: [
        { summary: 'creating', detail: 'StatusCode: 409, BucketAlreadyOwnedByYou: Your previous request' },
      ],
    },
  ],
  [
    'it is already in use',
    true,
    { errors: [{ summary: 'creating', detail: 'StatusCode: 400, ResourceInUseException' }] },
  ],
  [
    'the connection broke',
    true,
    { errors: [{ summary: 'creating', detail: 'read: connection reset by peer' }] },
  ],
  [
    'the request was cancelled',
    true,
    { errors: [{ summary: 'creating', detail: 'request canceled, context canceled' }] },
  ],
  [
    'the cloud failed',
    true,
    { errors: [{ summary: 'creating', detail: 'StatusCode: 503, ServiceUnavailable' }] },
  ],
  ['the provider was stopped', true, { stopped: true, errors: [{ summary: 'no', detail: '' }] }],
  ['the provider crashed', true, { grpcStatus: 14 }],
];
for (const [what, mayExist, more] of refusals)
  test(`an object ${mayExist ? 'may' : 'does not'} exist if ${what}`, () => {
    const records = [begin('a', 'aws_security_group', planned), end('a', null, more)];
    expect(lossesOf(planOfCreations([group(0)]), records).unaccounted.length).toBe(mayExist ? 1 : 0);
  });

test('an object whose creation failed midway is tainted', () => {
  const failed = end('a', { id: 'sg-1' }, { errors: [{ summary: 'waiting', detail: '' }] });
  const { proven } = lossesOf(planOfCreations([group(0)]), [
    begin('a', 'aws_security_group', planned),
    failed,
  ]);
  expect(proven[0]?.object.isTainted).toBe(true);
});

test('updates and deletes are not losses', () => {
  const records = [
    begin('a', 'aws_security_group', planned, { action: 'update' }),
    begin('b', 'aws_security_group', null, { action: 'delete' }),
  ];
  expect(lossesOf(planOfCreations([group(0)]), records).unaccounted).toStrictEqual([]);
});

test('without a journal every planned object that no state has may exist', () => {
  const plan = planOfCreations([group(0), group(1), group(2)]);
  const { unaccounted } = lossesOf(plan, undefined, {
    state: stateWith('sg-0'),
    started: ['aws_security_group.g[1]'],
  });
  expect(unaccounted.map(({ address, started }) => [address, started])).toStrictEqual([
    ['aws_security_group.g[1]', true],
    ['aws_security_group.g[2]', false],
  ]);
});

test('a provider without a journal may have created objects, but Terraform’s built-in one creates none', () => {
  const plan = planOfCreations([
    { address: 'random_id.a', after: {}, provider: 'registry.terraform.io/hashicorp/random' },
    { address: 'terraform_data.b', after: {}, provider: 'terraform.io/builtin/terraform' },
    group(0),
  ]);
  expect(lossesOf(plan, []).unaccounted.map(({ address }) => address)).toStrictEqual(['random_id.a']);
});

test('a call that fits no planned address is reported with the id from the cloud’s answer', () => {
  const records = [begin('a', 'aws_vpc', { cidr_block: '10.0.0.0/16' }), end('a', { id: 'vpc-9' })];
  expect(
    lossesOf(planOfCreations([group(0)]), records).unaccounted.map(({ address, objectId }) => [
      address,
      objectId,
    ]),
  ).toStrictEqual([[null, 'vpc-9']]);
});

test('a replacement is lost even if the object that it replaces is still in the state', () => {
  const plan = planOfCreations([{ ...group(0), replaces: 'sg-old' }]);
  const records = [begin('a', 'aws_security_group', planned), end('a', { id: 'sg-new' })];
  const { proven } = lossesOf(plan, records, { state: stateWith('sg-old') });
  expect(proven[0]?.object.attributes.id).toBe('sg-new');
  const state = withObjects(
    stateWith('sg-old'),
    proven.map(({ object }) => object),
    '1.11.4',
  );
  expect(
    state.resources[0]?.instances.map(({ attributes, deposed }) => [attributes?.id, deposed !== undefined]),
  ).toStrictEqual([
    ['sg-old', true],
    ['sg-new', false],
  ]);
});

test('a proven object has everything that the plan, the journal and the provider tell', () => {
  const plan = planOfCreations([{ ...group(0), sensitive: { name_prefix: true } }]);
  const answer = { errors: [], private: 'cA==', schemaVersion: 2 };
  const records = [begin('a', 'aws_security_group', planned), end('a', { id: 'sg-1', ...planned }, answer)];
  expect(lossesOf(plan, records).proven).toStrictEqual([
    {
      address: 'aws_security_group.g[0]',
      object: {
        ...{ moduleAddress: '', type: 'aws_security_group', name: 'g', key: 0, provider: awsProvider },
        ...{ providerKey: expect.any(String), dependencies: [], attributes: { id: 'sg-1', ...planned } },
        ...{ sensitivePaths: [[{ type: 'get_attr', value: 'name_prefix' }]] },
        ...{ schemaVersion: 2, private: 'cA==', isTainted: false },
      },
    },
  ]);
});

test('an address that Terraform began goes before one that it did not', () => {
  for (const index of [0, 1, 2]) {
    const plan = planOfCreations([group(0), group(1), group(2)]);
    const records = [begin('a', 'aws_security_group', planned), end('a', { id: 'sg-1' })];
    const { proven } = lossesOf(plan, records, { started: [`aws_security_group.g[${index}]`] });
    expect(proven.map(({ address }) => address)).toStrictEqual([`aws_security_group.g[${index}]`]);
  }
});

test('an object that the journal proves is not reported as possible, too', () => {
  const records = [begin('a', 'aws_security_group', planned), end('a', { id: 'sg-1' })];
  const { proven, unaccounted } = lossesOf(planOfCreations([group(0), group(1)]), records, { providers: [] });
  expect(proven.map(({ address }) => address)).toStrictEqual(['aws_security_group.g[0]']);
  expect(unaccounted.map(({ address }) => address)).toStrictEqual(['aws_security_group.g[1]']);
});

test('a possible object has the place of its creation, without what only a state needs', () => {
  const plan = planOfCreations([{ ...group(0), sensitive: { name_prefix: true } }]);
  const place = { address: 'aws_security_group.g[0]', moduleAddress: '', name: 'g', key: 0, replaces: null };
  const common = {
    ...place,
    type: 'aws_security_group',
    provider: awsProvider,
    providerKey: expect.any(String),
  };
  const called = lossesOf(plan, [begin('a', 'aws_security_group', { ...planned, tags: null })]).unaccounted;
  expect(called.map(({ creation }) => creation)).toStrictEqual([
    { ...common, values: { ...planned, tags: null } },
  ]);
  const [unjournaled] = lossesOf(plan, undefined).unaccounted;
  expect(unjournaled).toStrictEqual({
    ...{ address: place.address, started: false, objectId: null },
    creation: { ...common, values: expect.objectContaining(planned) },
  });
});

test('an object without a planned address is reported with its type and values, and without a place', () => {
  const values = { cidr_block: '10.0.0.0/16' };
  const { unaccounted } = lossesOf(planOfCreations([]), [
    begin('a', 'aws_vpc', values),
    end('a', { id: 'vpc-9' }),
  ]);
  const noPlace = { address: '', moduleAddress: '', name: '', key: null, providerKey: '', replaces: null };
  expect(unaccounted).toStrictEqual([
    {
      ...{ address: null, started: true, objectId: 'vpc-9' },
      creation: { ...noPlace, provider: awsProvider, type: 'aws_vpc', values },
    },
  ]);
});

test('an address is missing or recorded whether or not its object has an id', () => {
  const state = (attributes: object): TerraformState => {
    const base = stateWith('sg-0');
    const resources = base.resources.map((resource) => ({
      ...resource,
      instances: [{ index_key: 0, attributes }],
    }));
    return { ...base, resources } as TerraformState;
  };
  const plan = planOfCreations([group(0)]);
  expect(lossesOf(plan, undefined, { state: state({}) }).unaccounted).toStrictEqual([]);
  expect(lossesOf(plan, undefined, { state: state({ id: null }) }).unaccounted).toStrictEqual([]);
});
