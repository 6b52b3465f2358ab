import { jobPaths } from '../workdir/job-paths.ts';
import { neutralise } from './neutral-paths.ts';

const paths = jobPaths('/srv/runs', 'deploy-1', '.');
const line = (args: string[], env: Record<string, string> = {}) => ({
  file: '/usr/bin/terraform',
  args,
  env,
  cwd: paths.rootModule,
});

test('paths of the job are the same inside for every job, also behind an option', () => {
  const inside = neutralise(paths, line([`-out=${paths.plan}`, paths.plan, paths.root]), [
    { path: paths.code, writable: false },
    { path: '/srv/mirror', writable: false },
    { path: paths.hosts, at: '/etc/hosts', writable: false },
  ]);
  expect(inside.command).toStrictEqual([
    '/usr/bin/terraform',
    '-out=/project/plan/plan.tfplan',
    '/project/plan/plan.tfplan',
    '/project',
  ]);
  expect(inside.workingDirectory).toMatch(/^\/project\/code\/?$/);
  expect(inside.mounts.map(({ at }) => at)).toStrictEqual(['/project/code', '/srv/mirror', '/etc/hosts']);
});

test('the folder of sockets keeps its name, for the proxy is outside', () => {
  const option = `-socket=${paths.temporary}/s`;
  const inside = neutralise(paths, line([option]), [{ path: paths.temporary, writable: true }]);
  expect(inside.mounts[0]?.at).toBe(paths.temporary);
  expect(inside.command[1]).toBe(option);
});

test('only variables of the engine’s own are changed', () => {
  const env = { TF_VAR_a: paths.code, TMPDIR: paths.temporary };
  const own = { HOME: paths.root, TF_CLI_CONFIG_FILE: paths.cliConfig };
  expect(neutralise(paths, line([], { ...env, ...own }), []).env).toStrictEqual({
    ...env,
    HOME: '/project',
    TF_CLI_CONFIG_FILE: '/project/terraform.tfrc',
  });
});

test('a folder whose name only begins like the job’s is another one', () => {
  expect(neutralise(paths, line([`${paths.root}0/code`]), []).command[1]).toBe(`${paths.root}0/code`);
});
