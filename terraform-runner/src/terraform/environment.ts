import type { JobPaths } from '../workdir/job-paths.ts';

/** Credentials, endpoints and input variables; other variables of a request are dropped. */
const accepted = /^((AWS|ARM|GOOGLE|TF_VAR)_[A-Za-z0-9_]+|TF_AWS_DEFAULT_TAGS_[A-Za-z0-9_:-]+)$/;
/** These name files of this machine, or files that can run programs. */
const refused = new Set([
  'AWS_CA_BUNDLE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
]);

export function acceptedEnvironment(environment: Record<string, string>): Record<string, string> {
  const entries = Object.entries(environment).filter(
    ([name, value]) => accepted.test(name) && !refused.has(name) && !value.includes('\0'),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns the whole environment of Terraform and its providers. Contains nothing of the runner's own. */
export function childEnvironment(paths: JobPaths, environment: Record<string, string>) {
  return {
    ...acceptedEnvironment(environment),
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: paths.root,
    TMPDIR: paths.temporary,
    LANG: 'C.UTF-8',
    TF_CLI_CONFIG_FILE: paths.cliConfig,
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    // Decoding schemas is most of Terraform's work: collecting less garbage costs ~200 MB and saves a third.
    GOGC: '300',
  };
}
