import type { CommandLine } from '../process/command-line.ts';
import type { JobPaths } from '../workdir/job-paths.ts';
import type { Mount } from './mounts.ts';

/**
 * The path of the job's folder inside the sandbox, the same for every job, runner and machine. So `path.cwd`,
 * `abspath` and `pathexpand` do not reveal the engine's folders, and their values do not change between
 * deploys.
 */
export const neutralRoot = '/project';

/** Engine variables with a path in the job's folder; the request's own variables are never changed. */
const translated = ['HOME', 'TF_CLI_CONFIG_FILE', 'TF_LOG_PATH', 'AWS_CONFIG_FILE'];

/**
 * Translates a command line and its mounts to paths inside the sandbox. The folder of sockets keeps its name:
 * the engine's proxy, which runs outside, passes it to Terraform.
 */
export function neutralise(paths: JobPaths, line: CommandLine, mounts: Mount[]) {
  const inside = (text: string) => translate(text, paths);
  const env = translated.flatMap((name) => (line.env[name] ? [[name, inside(line.env[name])]] : []));
  return {
    command: [line.file, ...line.args].map(inside),
    env: { ...line.env, ...(Object.fromEntries(env) as Record<string, string>) },
    workingDirectory: inside(line.cwd),
    mounts: mounts.map((mount) => ({ ...mount, at: inside(mount.at ?? mount.path) })),
  };
}

/** Translates a path that stands alone or follows an option name, as in `-out=…`. */
function translate(text: string, { root, temporary }: JobPaths): string {
  const at = text.indexOf(root);
  if (at < 0 || !isUnder(text.slice(at), root) || isUnder(text.slice(at), temporary)) return text;
  return `${text.slice(0, at)}${neutralRoot}${text.slice(at + root.length)}`;
}

function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
