import { fieldOf, fieldsByName, severityOf } from './fields.ts';

const fields = fieldsByName({
  spec: { visibilityTimeoutSeconds: 30, retentionSeconds: 60, image: { tag: 'v1' }, name: 'x' },
  infra: { scaling: { replicas: 2 } },
});

test.each([
  ['visibility_timeout_seconds', 'spec.visibilityTimeoutSeconds'],
  ['message_retention_seconds', 'spec.retentionSeconds'],
  ['replicas', 'infra.scaling.replicas'],
  ['settings.tag', 'spec.image.tag'],
  ['kms_master_key_id', null],
])('the attribute %s comes from the field %s', (attribute, field) => {
  expect(fieldOf(attribute, fields)).toBe(field);
});

test('an attribute that two fields could be of is not given to one of them', () => {
  const both = fieldsByName({ spec: { retention: 1, seconds: 2 }, infra: {} });
  expect(fieldOf('retention_seconds', both)).toBeNull();
});

const drift = (action: 'update' | 'delete', ...paths: string[]) => [
  {
    address: 'a.b',
    type: 'a',
    action,
    attributes: paths.map((path) => ({ path, before: 1, after: 2 })),
  },
];

test.each([
  [false, drift('update', 'tags.team', 'tags_all'), 'low'],
  [true, drift('update', 'tags.team'), 'low'],
  [false, drift('update', 'size'), 'medium'],
  [false, drift('update', 'tags.team', 'size'), 'medium'],
  [true, drift('update', 'size'), 'high'],
  [false, drift('delete', 'id'), 'high'],
] as const)('stateful %s, %j: severity %s', (stateful, resources, severity) => {
  expect(severityOf({ stateful }, [...resources])).toBe(severity);
});
