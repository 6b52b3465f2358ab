import { checkTerraformPlan, type TerraformPlan } from '@deployment-engine/terraform-code';
import fc from 'fast-check';
import { estimate } from './estimate.ts';
import { normalisePlan } from './normalise-plan.ts';
import { normaliseState } from './normalise-state.ts';
import { ResourceReader } from './resource-reader.ts';
import { resourceModules } from './resources/index.ts';

/** Numbers whose zero means none, such as a group scaled to zero, if the code sets it. */
const zeroMeansNone = new Set([
  'min_count',
  'node_count',
  'worker_count',
  'instances',
  'target_size',
  'initial_node_count',
]);
const kinds = { number: 0, text: '', flag: false, blocks: [], count: [] } as const;
type Kind = keyof typeof kinds;
type Values = Record<string, unknown>;

function planOf(type: string, after: Values): TerraformPlan {
  const place = { address: `${type}.a`, mode: 'managed', type, name: 'a' };
  const provider = type.split('_')[0] ?? '';
  return checkTerraformPlan({
    resource_changes: [{ ...place, change: { actions: ['create'], before: null, after, after_unknown: {} } }],
    configuration: {
      provider_config: {
        [provider]: { name: provider, expressions: { region: { constant_value: 'us-east-1' } } },
      },
      root_module: { resources: [{ ...place, provider_config_key: provider, expressions: {} }] },
    },
  });
}

function stateOf(type: string, attributes: Values) {
  return { resources: [{ mode: 'managed', type, name: 'a', provider: 'p', instances: [{ attributes }] }] };
}

/** Returns a resource's cost from its plan, and from the state after apply. */
function costs(type: string, planned: Values, stored: Values) {
  const fromPlan = normalisePlan(planOf(type, planned));
  const fromState = normaliseState(stateOf(type, stored), { like: fromPlan });
  return [fromPlan, fromState].map((resources) =>
    estimate(resources).resources.map(({ monthlyCost, components }) => ({
      monthlyCost,
      components: components.map(({ name, monthlyCost: cost }) => [name, cost]),
    })),
  );
}

/** Returns the attributes that the pricing of a type reads, and how. */
function attributesOf(type: string): [string, Kind][] {
  const read = new Map<string, Kind>();
  const reader = ResourceReader.prototype as unknown as Record<
    string,
    (name: string, ...rest: unknown[]) => unknown
  >;
  const originals = Object.keys(kinds).map((kind) => [kind as Kind, reader[kind]] as const);
  for (const [kind, original] of originals)
    reader[kind] = function (this: ResourceReader, name, ...rest) {
      if (this.type === type && !read.has(name)) read.set(name, kind);
      return original?.call(this, name, ...rest);
    };
  try {
    costs(type, {}, {});
  } finally {
    for (const [kind, original] of originals) if (original) reader[kind] = original;
  }
  return [...read];
}

const given: Record<Kind, fc.Arbitrary<unknown>> = {
  number: fc.integer({ min: 1, max: 500 }),
  text: fc.constantFrom('standard', 'gp3', 'PROVISIONED', 'mysql', 't3.micro', 'db.t3.micro', 'BASIC'),
  flag: fc.boolean(),
  blocks: fc.constant([{}]),
  count: fc.constant(['a', 'b']),
};

for (const type of resourceModules.keys())
  test(`${type} costs the same from its plan and from the state after apply`, () => {
    const attributes = attributesOf(type).filter(([name]) => !zeroMeansNone.has(name));
    const values = fc.record(
      Object.fromEntries(attributes.map(([name, kind]) => [name, fc.option(given[kind], { nil: null })])),
    );
    fc.assert(
      fc.property(values, (planned) => {
        // An omitted attribute is null in a plan, and its type's zero value in a refreshed state.
        const stored = Object.fromEntries(
          attributes.map(([name, kind]) => [name, planned[name] ?? kinds[kind]]),
        );
        const [fromPlan, fromState] = costs(type, planned, stored);
        expect(fromState).toStrictEqual(fromPlan);
      }),
      { numRuns: 30 },
    );
  });

test('an alarm on metric queries costs as much from its state as from its plan', () => {
  const metric = {
    metric: [{ metric_name: 'a', namespace: 'b', period: 300, stat: 'Sum' }],
    expression: null,
  };
  const queries = { metric_query: [metric, { expression: 'm1 / 2', metric: [] }] };
  const [fromPlan, fromState] = costs(
    'aws_cloudwatch_metric_alarm',
    { ...queries, period: null },
    { ...queries, period: 0, threshold_metric_id: '' },
  );
  expect(fromPlan?.[0]?.monthlyCost).toBe(0.1);
  expect(fromState).toStrictEqual(fromPlan);
});
