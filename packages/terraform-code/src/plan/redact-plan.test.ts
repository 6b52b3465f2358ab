import { redactPlan } from './redact-plan.ts';

test('everything that Terraform marks as sensitive is removed from a plan', () => {
  const resource = { values: { password: 'S', name: 'n' }, sensitive_values: { password: true } };
  const change = { before: null, after: { password: 'S' }, after_sensitive: { password: true } };
  const values = {
    outputs: { o: { sensitive: true, value: 'S' }, p: { sensitive: false, value: 'plain' } },
    root_module: { resources: [resource], child_modules: [{ child_modules: [{ resources: [resource] }] }] },
  };
  const plan = {
    variables: { pw: { value: 'S' }, region: { value: 'r' } },
    configuration: { root_module: { variables: { pw: { sensitive: true }, region: {} } } },
    planned_values: values,
    prior_state: { values },
    resource_changes: [{ address: 'a.b', change }],
    resource_drift: [{ address: 'a.b', change }],
    output_changes: { o: { before: 'S', after: 'S', before_sensitive: true, after_sensitive: true } },
  };
  const text = JSON.stringify(redactPlan(plan));
  expect(text).not.toContain('"S"');
  for (const kept of ['plain', '"n"', '"r"', 'a.b']) expect(text).toContain(kept);
});

test('a value that is not a plan is unchanged', () => {
  expect(redactPlan(null)).toBe(null);
  expect(redactPlan({ resource_changes: [null, 1] })).toStrictEqual({ resource_changes: [null, 1] });
});
