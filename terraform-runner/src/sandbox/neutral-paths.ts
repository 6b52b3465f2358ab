import type { CommandLine } from '../terraform/command-line.ts';
import type { JobPaths } from '../workdir/job-paths.ts';
import type { Mount } from './mounts.ts';

/**
 * Where a run sees its job's folder: the same for every job, runner and machine. `path.cwd`, `abspath` and
 * `pathexpand` then say nothing of the engine's folders, and their values stay the same from deploy to deploy.
 */
export const neutralRoot = '/project';

/** Variables of the engine's own that name a file of the job; the request's own are never changed. */
const translated = ['HOME', 'TF_CLI_CONFIG_FILE', 'TF_LOG_PATH'];

/**
 * A command line and its mounts as they are inside. The folder of sockets keeps its name: Terraform is told of them
 * by the engine's proxy, which is outside.
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

/** The path may stand alone, or behind the name of an option as in `-out=…`. */
function translate(text: string, { root, temporary }: JobPaths): string {
  const at = text.indexOf(root);
  if (at < 0 || !isUnder(text.slice(at), root) || isUnder(text.slice(at), temporary)) return text;
  return `${text.slice(0, at)}${neutralRoot}${text.slice(at + root.length)}`;
}

function isUnder(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
