import assert from 'node:assert/strict';
import {
  changeAction,
  changesOutputs,
  checkTerraformPlan,
  parseTerraformPlan,
  summarisePlan,
} from './terraform-plan.ts';

const change = (actions: string[], more = {}) => ({
  ...{ address: 'a.b', mode: 'managed' as const, type: 'a', name: 'b' },
  change: { actions, before: null, after: {} },
  ...more,
});

for (const [actions, action] of [
  [['create'], 'create'],
  [['delete', 'create'], 'replace'],
  [['create', 'delete'], 'replace'],
  [['create', 'forget'], 'create'],
  [['forget'], 'forget'],
  [['no-op'], 'no-op'],
  [[], 'no-op'],
] as [string[], string][])
  test(`the actions ${JSON.stringify(actions)} are a ${action}`, () => {
    expect(changeAction(actions)).toBe(action);
  });

test('changes of managed resources are counted, imports in addition to their action', () => {
  const importing = { change: { actions: ['no-op'], before: {}, after: {}, importing: { id: 'x' } } };
  const plan = checkTerraformPlan({
    resource_changes: [
      ...[['create'], ['update'], ['delete'], ['delete', 'create'], ['forget']].map((actions) =>
        change(actions),
      ),
      change(['no-op'], importing),
      change(['read'], { mode: 'data' }),
      change(['create'], { mode: 'data' }),
    ],
  });
  expect(summarisePlan(plan)).toStrictEqual({
    create: 1,
    update: 1,
    delete: 1,
    replace: 1,
    noop: 1,
    import: 1,
  });
});

test('a plan whose outputs and resources are known only after apply is accepted', () => {
  const change = { actions: ['create'], before: null, after_unknown: true };
  const resource = { address: 'a.b', mode: 'managed', type: 'a', name: 'b', change };
  const plan = checkTerraformPlan({ resource_changes: [resource], output_changes: { id: change } });
  expect(summarisePlan(plan).create).toBe(1);
  expect(changesOutputs(plan)).toBe(true);
});

test('keys that the engine does not read are kept, also those with the name of a prototype', () => {
  const json = '{"new_key":1,"configuration":{"root_module":{"module_calls":{"__proto__":{"module":{}}}}}}';
  const plan = parseTerraformPlan(json);
  expect(JSON.stringify(plan)).toBe(json);
  expect(Object.keys(plan.configuration?.root_module?.module_calls ?? {})).toStrictEqual(['__proto__']);
});

for (const [name, plan, says] of [
  ['no JSON', '{"resource_changes": [', /^reading the plan: it is not JSON/],
  ['a list', '[]', /^reading the plan: the top level: /],
  ['changes that are none', '{"resource_changes":{}}', /^reading the plan: resource_changes: /],
  [
    'a change without actions',
    JSON.stringify({ resource_changes: [change([]), { ...change([]), change: {} }] }),
    /^reading the plan: resource_changes\[1\]\.change\.actions: /,
  ],
  [
    'a nested module that is none',
    '{"configuration":{"root_module":{"module_calls":{"a":{"module":"hunter2"}}}}}',
    /^reading the plan: configuration\.root_module\.module_calls\.a\.module: /,
  ],
] as [string, string, RegExp][])
  test(`a plan with ${name} is refused with its place and without its values`, () => {
    assert.throws(
      () => parseTerraformPlan(plan),
      (error) => error instanceof Error && says.test(error.message) && !error.message.includes('hunter2'),
    );
  });
