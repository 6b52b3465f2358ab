import { jobPaths } from '../workdir/job-paths.ts';
import { acceptedEnvironment, childEnvironment } from './environment.ts';

test('credentials, endpoints and input variables are passed on', () => {
  const environment = {
    AWS_ACCESS_KEY_ID: 'a',
    ARM_CLIENT_ID: 'b',
    GOOGLE_CREDENTIALS: '{}',
    TF_VAR_my_Name1: 'c',
    AWS_ENDPOINT_URL_S3: 'http://x',
    'TF_AWS_DEFAULT_TAGS_cost-centre:a': 'd',
  };
  expect(acceptedEnvironment(environment)).toStrictEqual(environment);
});

for (const name of [
  'AWS_CA_BUNDLE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'LD_PRELOAD',
  'PATH',
  'HOME',
  'TF_LOG_PATH',
  'TF_CLI_ARGS',
  'TF_CLI_CONFIG_FILE',
  'TF_PLUGIN_CACHE_DIR',
  'TF_DATA_DIR',
  'TF_REATTACH_PROVIDERS',
  'HTTPS_PROXY',
  'XAWS_REGION',
  'AWS_',
  'TF_VAR_',
  'aws_region',
  'AWS_A=B',
  'AWS_A-B',
  'AWS_A\nLD_PRELOAD',
  'AWSREGION',
  'TF_AWS_DEFAULT_TAGS_',
  'TF_AWS_DEFAULT_TAGS_A=B',
  'TF_AWS_DEFAULT_TAGS_A\nLD_PRELOAD',
])
  test(`${JSON.stringify(name)} is dropped`, () => {
    expect(acceptedEnvironment({ [name]: '/machine/file', AWS_REGION: 'r' })).toStrictEqual({
      AWS_REGION: 'r',
    });
  });

test('a value with a NUL byte is dropped, since no process can be started with it', () => {
  expect(acceptedEnvironment({ AWS_REGION: 'a\0b', AWS_PROFILE: 'p' })).toStrictEqual({ AWS_PROFILE: 'p' });
});

test('the order of a request’s variables does not matter', () => {
  const names = (environment: Record<string, string>) => Object.keys(acceptedEnvironment(environment));
  expect(names({ TF_VAR_a: '1', AWS_B: '2', AWS_A: '3' })).toStrictEqual(['AWS_A', 'AWS_B', 'TF_VAR_a']);
});

test('a request cannot replace what the engine sets, and the runner’s own environment is not passed on', () => {
  const paths = jobPaths('/runs', 'deploy-1', '.');
  const own = childEnvironment(paths, {});
  expect(childEnvironment(paths, { PATH: '/evil', TF_INPUT: '1', HOME: '/evil' })).toStrictEqual(own);
  expect(own).toStrictEqual({
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: paths.root,
    TMPDIR: paths.temporary,
    LANG: 'C.UTF-8',
    TF_CLI_CONFIG_FILE: paths.cliConfig,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    GOGC: '300',
  });
  expect(childEnvironment(paths, { AWS_REGION: 'r' })).toStrictEqual({ AWS_REGION: 'r', ...own });
});
