import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type Source = {
  commit?: string | undefined;
  branch?: string | undefined;
  ciRun?: string | undefined;
};

/** Returns where the code comes from: the variables of GitHub Actions or GitLab CI, else the folder's Git repository. */
export async function readSource(folder: string): Promise<Source | undefined> {
  const { env } = process;
  const source: Source = {
    commit: env.GITHUB_SHA || env.CI_COMMIT_SHA || (await git(folder, 'rev-parse', 'HEAD')),
    branch:
      env.GITHUB_HEAD_REF ||
      env.GITHUB_REF_NAME ||
      env.CI_COMMIT_REF_NAME ||
      (await git(folder, 'symbolic-ref', '--short', 'HEAD')),
    ciRun: gitHubRun(env) ?? (env.CI_PIPELINE_URL || undefined),
  };
  return Object.values(source).some(Boolean) ? source : undefined;
}

function gitHubRun({
  GITHUB_SERVER_URL,
  GITHUB_REPOSITORY,
  GITHUB_RUN_ID,
}: NodeJS.ProcessEnv): string | undefined {
  if (!GITHUB_RUN_ID) return undefined;
  return `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
}

/** Returns `undefined` without Git, outside a repository and for a detached branch. */
async function git(folder: string, ...words: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', folder, ...words]);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
