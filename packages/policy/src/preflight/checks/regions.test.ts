import { defaultPolicySettings } from '@deployment-engine/contracts';
import { type Files, json, judge, tf } from '../code-fixture.ts';

const regions = ['eu-west-1', 'europe-west1'];
const judged = (files: Files, variables: Record<string, unknown> = {}, allowed: string[] | null = regions) =>
  judge(files, {
    ...defaultPolicySettings,
    cloudAccount: { regions: allowed, defaultRegion: 'eu-west-1', variables },
  }).findings.filter(({ id }) => id === 'PRE-REGION');
const subjects = (...given: Parameters<typeof judged>) => judged(...given).map(({ subject }) => subject);
const aws = (region: string) =>
  tf(`variable "r" {\n  default = "eu-west-1"\n}\nprovider "aws" {\n  region = ${region}\n}\n`);

test.each([
  ['a region of the account', aws('"eu-west-1"'), {}],
  ["none, so that the account's own is used", tf('provider "aws" {}\n'), {}],
  ['an input variable with a value', aws('var.r'), { r: 'eu-west-1' }],
  ['an input variable with its default', aws('var.r'), {}],
  ['an input variable in JSON', json({ provider: { aws: { region: '${var.r}' } } }), { r: 'eu-west-1' }],
  ['a zone of the region', tf('provider "google" {\n  zone = "europe-west1-b"\n}\n'), {}],
])('a provider may have %s', (_name, files, variables) => {
  expect(subjects(files, variables)).toStrictEqual([]);
});

test.each([
  ['another region', aws('"us-east-1"'), {}, 'us-east-1'],
  ['one that only begins like it', aws('"eu-west-1x"'), {}, 'eu-west-1x'],
  ['another region by its variable', aws('var.r'), { r: 'us-east-1' }, 'us-east-1'],
  [
    'a default that a file of values may replace',
    { ...aws('var.r'), 'x.auto.tfvars': 'r = "us-east-1"\n' },
    {},
    '(computed)',
  ],
  ['a list instead of a text', aws('var.r'), { r: ['eu-west-1'] }, '(computed)'],
  ['an unknown variable', aws('var.other'), {}, '(computed)'],
  ['an element of a variable', aws('var.r[0]'), {}, '(computed)'],
  ['a computed region', aws('lower("EU-WEST-1")'), {}, '(computed)'],
  ['a text around a variable', aws('"$' + '{var.r}x"'), {}, '(computed)'],
  [
    'another region of a further provider',
    tf('provider "aws" {\n  alias = "b"\n  region = "us-east-1"\n}\n'),
    {},
    'us-east-1',
  ],
  ['another region in JSON', json({ provider: { aws: [{ region: 'us-east-1' }] } }), {}, 'us-east-1'],
  ['another zone', tf('provider "google-beta" {\n  zone = "us-east1-b"\n}\n'), {}, 'us-east1-b'],
  [
    "a region of a folder's own variable",
    {
      ...tf('module "m" {\n  source = "./m"\n}\n'),
      'm/a.tf': 'variable "r" {\n  default = "eu-west-1"\n}\nprovider "aws" {\n  region = var.r\n}\n',
    },
    {},
    '(computed)',
  ],
])('a provider may not have %s', (_name, files, variables, subject) => {
  const found = judged(files, variables);
  expect(found.map(({ subject: shown, mode }) => [shown, mode])).toStrictEqual([[subject, 'block']]);
  expect(subjects(files, variables, null)).toStrictEqual([]);
});

test('no exemption and no mode lets another region pass', () => {
  const report = judge(aws('"us-east-1"'), {
    ...defaultPolicySettings,
    modes: { 'PRE-REGION': 'off' },
    exemptions: [{ id: 'PRE-REGION', who: 'ada', why: 'a test' }],
    cloudAccount: { regions, defaultRegion: null },
  });
  expect(report.verdict).toBe('block');
});
