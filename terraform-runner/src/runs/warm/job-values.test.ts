import { jobValues } from './job-values.ts';

const credentials = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' };

test('credentials and region become values of the configuration, and are in no file', () => {
  const values = jobValues({ ...credentials, AWS_SESSION_TOKEN: 'token' });
  expect(values?.values).toStrictEqual({
    access_key: 'AKIA',
    secret_key: 'secret',
    token: 'token',
    region: 'eu-west-1',
  });
  expect(values?.configFile).toBe('[default]\n');
});

test('the default region counts only where no other is given', () => {
  const { AWS_REGION: _region, ...keys } = credentials;
  expect(jobValues({ ...keys, AWS_DEFAULT_REGION: 'us-east-1' })?.values.region).toBe('us-east-1');
  expect(jobValues({ ...credentials, AWS_DEFAULT_REGION: 'us-east-1' })?.values.region).toBe('eu-west-1');
});

test('endpoints are in the file, for all services and for one', () => {
  const values = jobValues({
    ...credentials,
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4000',
    AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2: 'http://127.0.0.1:4001',
  });
  expect(values?.configFile.split('\n')).toStrictEqual([
    '[default]',
    'endpoint_url = http://127.0.0.1:4000',
    'services = job',
    '[services job]',
    'elastic_load_balancing_v2 =',
    '  endpoint_url = http://127.0.0.1:4001',
    '',
  ]);
});

test('tags of the engine are kept apart; variables of Terraform and other clouds say nothing to this provider', () => {
  const values = jobValues({
    ...credentials,
    'TF_AWS_DEFAULT_TAGS_deployment-engine:project': 'shop',
    TF_VAR_size: '3',
    GOOGLE_PROJECT: 'p',
    ARM_TENANT_ID: 't',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  expect(values?.defaultTags).toStrictEqual({ 'deployment-engine:project': 'shop' });
  expect(Object.keys(values?.values ?? {}).sort()).toStrictEqual(['access_key', 'region', 'secret_key']);
});

test.each([
  ['no credentials', { AWS_REGION: 'eu-west-1' }],
  ['half of the credentials', { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIA' }],
  ['no region', { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 's' }],
  ['a profile', { ...credentials, AWS_PROFILE: 'other' }],
  ['a retry mode', { ...credentials, AWS_RETRY_MODE: 'adaptive' }],
  ['an endpoint that ends its line', { ...credentials, AWS_ENDPOINT_URL: 'http://a\nrole_arn = b' }],
])('a job with %s starts its own provider', (_what, environment) => {
  expect(jobValues(environment as Record<string, string>)).toBe(undefined);
});
