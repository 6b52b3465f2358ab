import type { TerraformState } from '@deployment-engine/terraform-code';
import { readJournalCalls } from './journal-calls.ts';
import { awsProvider, begin, end, journalText, planOfCreations } from './journal-fixture.ts';
import { type EndedApply, findLosses } from './losses.ts';
import { emptyState } from './state-objects.ts';

const bucket = { address: 'aws_s3_bucket.b', after: { bucket: 'the-bucket' }, unknown: { id: true } };
const plan = planOfCreations([bucket]);
const made = [
  begin('a', 'aws_s3_bucket', { bucket: 'the-bucket' }),
  end('a', { id: 'made', bucket: 'the-bucket' }),
];
const stateWith = (id: string, more: object = {}): TerraformState => ({
  ...emptyState('1.11.4'),
  resources: [
    {
      ...{ mode: 'managed', type: 'aws_s3_bucket', name: 'b', provider: `provider["${awsProvider}"]` },
      instances: [{ attributes: { id }, ...more }],
    },
  ],
});

/** Returns the losses, and the addresses and ids of proven and of possible objects. */
function lossesOf(apply: Partial<EndedApply>, records = made) {
  const journal = { calls: readJournalCalls(journalText(...records)), providers: [awsProvider] };
  const rest = { plan, state: undefined, journal, started: new Set<string>(), overtaken: undefined };
  const losses = findLosses({ ...rest, ...apply });
  return {
    losses,
    proven: losses.proven.map(({ address, object }) => [address, object.attributes.id]),
    unaccounted: losses.unaccounted.map(({ address, objectId }) => [address, objectId]),
  };
}

test('an object in an overtaken state is added at its address, unchanged, if the address is free', () => {
  const overtaken = stateWith('recorded', { schema_version: 3, private: 'cA==', status: 'tainted' });
  const { losses, proven, unaccounted } = lossesOf({ overtaken }, []);
  expect([proven, unaccounted]).toStrictEqual([[['aws_s3_bucket.b', 'recorded']], []]);
  const { schemaVersion, private: data, isTainted, name, provider } = losses.proven[0]?.object ?? {};
  expect([schemaVersion, data, isTainted, name, provider]).toStrictEqual([3, 'cA==', true, 'b', awsProvider]);
});

test('an object in an overtaken state is added once without a journal, too', () => {
  const { proven, unaccounted } = lossesOf({ overtaken: stateWith('recorded'), journal: undefined });
  expect([proven, unaccounted]).toStrictEqual([[['aws_s3_bucket.b', 'recorded']], []]);
});

test('an object in both journal and overtaken state is added once', () => {
  const { proven, unaccounted } = lossesOf({ overtaken: stateWith('made') });
  expect([proven, unaccounted]).toStrictEqual([[['aws_s3_bucket.b', 'made']], []]);
});

test('an object whose address is taken in the newest state is reported with its id', () => {
  const { losses, proven, unaccounted } = lossesOf(
    { overtaken: stateWith('recorded'), state: stateWith('another') },
    [],
  );
  expect([proven, unaccounted]).toStrictEqual([[], [['aws_s3_bucket.b', 'recorded']]]);
  expect(losses.unaccounted[0]?.started).toBe(true);
});

test('objects that are in the newest state, or that no plan creates, are not lost', () => {
  const same = { overtaken: stateWith('recorded'), state: stateWith('recorded') };
  expect([lossesOf(same, []).proven, lossesOf(same, []).unaccounted]).toStrictEqual([[], []]);
  const unplanned = lossesOf({ overtaken: stateWith('recorded'), plan: planOfCreations([]) }, []);
  expect([unplanned.proven, unplanned.unaccounted]).toStrictEqual([[], []]);
});

test('a recorded replacement is not lost', () => {
  const replacing = planOfCreations([{ ...bucket, replaces: 'old' }]);
  const after = (id: string) => lossesOf({ plan: replacing, state: stateWith(id), journal: undefined });
  expect(after('new').unaccounted).toStrictEqual([]);
  expect(after('old').unaccounted).toStrictEqual([['aws_s3_bucket.b', null]]);
});

test('paths that the plan marks as sensitive stay sensitive, and the state’s addresses are listed', () => {
  const secret = planOfCreations([{ ...bucket, sensitive: { bucket: true } }]);
  const { losses } = lossesOf({ plan: secret });
  expect(losses.proven[0]?.object.sensitivePaths).toStrictEqual([[{ type: 'get_attr', value: 'bucket' }]]);
  expect([...lossesOf({ state: stateWith('x') }).losses.recorded]).toStrictEqual(['aws_s3_bucket.b']);
});

test('a call without an answer is reported with the values of its planned object', () => {
  const planned = { bucket: 'the-bucket', region: 'known by then' };
  const { losses } = lossesOf({}, [begin('a', 'aws_s3_bucket', planned)]);
  expect(losses.unaccounted[0]?.creation.values).toStrictEqual(planned);
});
