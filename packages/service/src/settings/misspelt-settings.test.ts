import { misspeltSettings } from './misspelt-settings.ts';

const known = [
  'HOST',
  'PORT',
  'AUTH',
  'RUNNER_ID',
  'RUNNER_TOKEN',
  'RUNNER_TOKEN_FILE',
  'LEASE_SECONDS',
  'TLS_CERT_FILE',
];

for (const [name, nearest] of [
  ['RUNNER_TOKE', 'RUNNER_TOKEN'],
  ['RUNNR_TOKN', 'RUNNER_TOKEN'],
  ['RUNNER_TOKEN_FLIE', 'RUNNER_TOKEN_FILE'],
  ['LEASE_SECS', undefined],
  ['LEASE_SECOND', 'LEASE_SECONDS'],
  ['POTR', 'PORT'],
  ['HOSTS', 'HOST'],
  ['HOME', undefined],
  ['PATH', undefined],
  ['RUNNER_OS', undefined],
  ['SSL_CERT_FILE', undefined],
  ['RUNNER_TOKEN', undefined],
] as [string, string | undefined][])
  test(`${name} is ${nearest ? `taken for a misspelt ${nearest}` : 'left alone'}`, () => {
    const lines = nearest ? [`${name}: is not a setting; did you mean ${nearest}?`] : [];
    expect(misspeltSettings([name], known)).toStrictEqual(lines);
  });

test('an overlong name is not compared', () => {
  expect(misspeltSettings(['X'.repeat(1_000_000)], known)).toStrictEqual([]);
});
