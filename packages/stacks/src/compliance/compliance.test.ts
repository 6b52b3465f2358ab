import { builtInKinds } from '../../../../testing/repository.ts';
import { readKinds, resolveStack } from '../index.ts';

const kinds = readKinds(builtInKinds());
const stackFolder = 'stacks/shop';
const document = (group: string, kind: string, name: string, spec: object, labels = {}) =>
  JSON.stringify({ apiVersion: `${group}.deployer.io/v1`, kind, metadata: { name, labels }, spec }, null, 1);
const base: Record<string, string> = {
  'stack.yaml': document('core', 'Stack', 'shop', {
    provider: { region: 'us-east-1' },
    variables: { DAYS: '7' },
  }),
  'services/data/service.yaml': document('core', 'Service', 'data', {}),
  'services/data/components/events/sqs.yaml':
    'apiVersion: components.deployer.io/v1\nkind: SQS\nmetadata: {name: events, labels: {team: data}}\nspec:\n  messageRetentionPeriod: 60\n',
  'services/data/components/files/s3.yaml':
    'apiVersion: components.deployer.io/v1\nkind: S3\nmetadata: {name: files}\nspec:\n  versioning: {enabled: false}\n',
};
const compliance = (requirements: unknown) => document('infra', 'Compliance', 'compliance', { requirements });

function resolve(more: Record<string, string>) {
  const files = new Map(
    Object.entries({ ...base, ...more }).map(([path, text]) => [`${stackFolder}/${path}`, text]),
  );
  return resolveStack({ files, kinds, stack: 'shop', environment: 'production' });
}
function findings(more: Record<string, string>): string[] {
  const result = resolve(more);
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result.compliance.map(
    ({ requirement, severity, component, message, file, line, column }) =>
      `${requirement} ${severity} ${component} ${message} ${file.slice(stackFolder.length + 1)}:${line}:${column}`,
  );
}
const sqs = 'services/data/components/events/sqs.yaml';
const s3 = 'services/data/components/files/s3.yaml';

test.each([
  [
    { name: 'kept', field: 'spec.messageRetentionPeriod', minimum: 3600, severity: 'high' },
    [`kept high data/events spec.messageRetentionPeriod is 60, but must be at least 3600 ${sqs}:5:27`],
  ],
  [{ name: 'kept', field: 'spec.messageRetentionPeriod', minimum: 60, maximum: 60 }, []],
  [
    {
      name: 'versions',
      field: 'spec.versioning.enabled',
      oneOf: [true],
      kinds: ['S3'],
      message: 'we restore files',
    },
    [
      `versions medium data/files spec.versioning.enabled is false, but must be one of true: we restore files ${s3}:5:25`,
    ],
  ],
  [{ name: 'team', field: 'labels.team' }, [`team medium data/files labels.team is missing ${s3}:2:7`]],
  [
    { name: 'team', field: 'labels.team', kinds: ['SQS'], oneOf: ['shop', 'users'], severity: 'critical' },
    [`team critical data/events labels.team is the text "data", but must be one of shop, users ${sqs}:2:7`],
  ],
  [
    { name: 'key', field: 'spec.encryption.kmsKeyId', kinds: ['S3'], severity: 'low' },
    [`key low data/files spec.encryption.kmsKeyId is missing ${s3}:5:3`],
  ],
  [
    { name: 'logs', field: 'infra.logRetentionDays', minimum: 400 },
    [
      `logs medium data/events infra.logRetentionDays is 365, but must be at least 400 ${sqs}:1:1`,
      `logs medium data/files infra.logRetentionDays is 365, but must be at least 400 ${s3}:1:1`,
    ],
  ],
])('%j finds %j', (requirement, expected) => {
  expect(findings({ 'infra/compliance.yaml': compliance([requirement]) })).toStrictEqual(expected);
});

test('a service adds requirements for its own components, and an environment changes one by its name', () => {
  const kept = { name: 'kept', field: 'spec.messageRetentionPeriod', minimum: 3600 };
  const team = { name: 'team', field: 'labels.team' };
  const of = (more: Record<string, string>) =>
    findings({ 'infra/compliance.yaml': compliance([kept]), ...more }).map((text) => text.split(' spec')[0]);
  expect(of({ 'services/data/infra/compliance.yaml': compliance([team]) })).toHaveLength(2);
  expect(
    of({
      'services/other/infra/compliance.yaml': compliance([team]),
      'services/other/service.yaml': document('core', 'Service', 'other', {}),
    }),
  ).toHaveLength(1);
  const lower = compliance([{ name: 'kept', minimum: 30 }]);
  expect(of({ 'environments/production/infra/compliance.yaml': lower })).toStrictEqual([]);
  const gone = compliance([{ name: 'kept', $delete: true }]);
  expect(of({ 'environments/production/infra/compliance.yaml': gone })).toStrictEqual([]);
  expect(
    of({
      'environments/staging/infra/compliance.yaml': lower,
      'environments/production/stack.yaml': document('core', 'Stack', 'shop', {}),
    }),
  ).toHaveLength(1);
});

test('each finding is a warning at its place; variables of the stack count', () => {
  const requirement = { name: 'kept', field: 'spec.messageRetentionPeriod', minimum: '${DAYS}00' };
  expect(resolve({ 'infra/compliance.yaml': compliance([requirement]) }).warnings).toStrictEqual([
    {
      code: 'compliance',
      file: `${stackFolder}/${sqs}`,
      line: 5,
      column: 27,
      message:
        'data/events: spec.messageRetentionPeriod is 60, but must be at least 700 (requirement kept, medium)',
    },
  ]);
});

test.each([
  [
    { name: 'x', field: 'spec.versionning.enabled' },
    /unknown_field 12:14 no kind has a field spec\.versionning\.enabled; did you mean/,
  ],
  [
    { name: 'x', field: 'spec.versioning.enabled', kinds: ['SQS'] },
    /unknown_field 12:14 kind SQS has no field spec\.versioning\.enabled/,
  ],
  [
    { name: 'x', field: 'spec.versioning.enabled', kinds: ['S33'] },
    /unknown_kind 14:6 kind S33 does not exist; did you mean S3/,
  ],
  [{ name: 'x', field: 'bucket' }, /not_allowed_value 12:14 /],
  [{ name: 'x' }, /missing_field 10:4 .*field is missing/],
  [
    { name: 'x', field: 'infra.protect', minimun: 1 },
    /unknown_field 13:5 .*minimun is not a known field; did you mean minimum/,
  ],
  [
    { name: 'x', field: 'spec.messageRetentionPeriod', minimum: 3, maximum: 2 },
    /out_of_range 13:16 minimum 3 is more than maximum 2; lower it/,
  ],
  [{ name: 'x', field: 'infra.protect', severity: 'grave' }, /not_allowed_value 13:17 /],
])('%j is an error at its place', (requirement, expected) => {
  const { errors = [] } = resolve({ 'infra/compliance.yaml': compliance([requirement]) });
  expect(
    errors.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`),
  ).toStrictEqual([expect.stringMatching(expected)]);
  expect(new Set(errors.map(({ file }) => file))).toStrictEqual(
    new Set([`${stackFolder}/infra/compliance.yaml`]),
  );
});

test('only a Compliance has requirements', () => {
  const { errors = [] } = resolve({
    'infra/security.yaml': document('infra', 'Security', 'security', { requirements: [] }),
  });
  expect(errors).toMatchObject([{ code: 'unknown_field', line: 9, column: 3 }]);
});
