import { checkTerraformPlan } from '@deployment-engine/terraform-code';
import { plannedOutputs } from './planned-outputs.ts';
import { withoutPending } from './without-pending.ts';

test('outputs are known, unknown or deleted', () => {
  const plan = checkTerraformPlan({
    output_changes: {
      name: { actions: ['create'], after: 'queue', after_unknown: false, after_sensitive: false },
      nothing: { actions: ['no-op'], before: null, after: null, after_unknown: false },
      arn: { actions: ['create'], after_unknown: true, after_sensitive: false },
      ids: { actions: ['update'], after: ['a', null], after_unknown: [false, true], after_sensitive: false },
      password: { actions: ['create'], after: 'p', after_unknown: false, after_sensitive: true },
      token: { actions: ['create'], after_unknown: true, after_sensitive: true },
      part: { actions: ['create'], after: { a: 1 }, after_unknown: {}, after_sensitive: { a: true } },
      gone: { actions: ['delete'], before: 1, after: null, after_unknown: false, after_sensitive: true },
    },
  });
  expect(plannedOutputs(plan)).toStrictEqual({
    known: { name: 'queue', nothing: null, password: 'p', part: { a: 1 } },
    unknown: ['arn', 'ids', 'token'],
    sensitive: ['password', 'token', 'part'],
  });
  expect(plannedOutputs({})).toStrictEqual({ known: {}, unknown: [], sensitive: [] });
});

test('an output may be named __proto__', () => {
  const plan = checkTerraformPlan(
    JSON.parse('{"output_changes": {"__proto__": {"actions": ["create"], "after": {"a": 1}}}}'),
  );
  const { known } = plannedOutputs(plan);
  expect(Object.entries(known)).toStrictEqual([['__proto__', { a: 1 }]]);
});

test('pending inputs are taken out of what is shown, and nothing else', () => {
  const resource = (address: string) => ({
    address,
    mode: 'managed',
    type: 'terraform_data',
    name: 'pending',
    change: { actions: ['create'] },
  });
  const all = [
    'terraform_data.pending["a.b"]',
    'module.component.terraform_data.pending["a"]',
    'terraform_data.pending_too',
  ];
  const plan = checkTerraformPlan({
    resource_changes: all.map(resource),
    resource_drift: all.map(resource),
    output_changes: { url: { actions: ['create'], after_unknown: true } },
    planned_values: {
      outputs: { url: { sensitive: false } },
      root_module: {
        resources: [{ address: all[0] }, { address: all[2] }],
        child_modules: [{ address: 'module.component' }],
      },
    },
  });
  const before = structuredClone(plan);
  const rest = all.slice(1).map(resource);
  expect(withoutPending(plan)).toStrictEqual({
    ...before,
    resource_changes: rest,
    resource_drift: rest,
    planned_values: {
      outputs: { url: { sensitive: false } },
      root_module: {
        resources: [{ address: all[2] }],
        child_modules: [{ address: 'module.component' }],
      },
    },
  });
  expect(plan).toStrictEqual(before);
  expect(withoutPending({ planned_values: {} })).toStrictEqual({ planned_values: {} });
});
