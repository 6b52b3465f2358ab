import type { JobPaths } from '../jobs/job-paths.ts';
import { childEnvironment } from './environment.ts';

/** A program ready to be started. A sandbox wraps exactly this. */
export type CommandLine = {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
};

export type CommandContext = {
  paths: JobPaths;
  /** The request's environment, unfiltered. */
  environment: Record<string, string>;
  /** Further variables of the engine's own. */
  extra?: Record<string, string>;
};

/** The one place where a child's command line is made: Terraform's and the shared providers'. */
export function commandLine(context: CommandContext, argv: [string, ...string[]]): CommandLine {
  const [file, ...args] = argv;
  return {
    file,
    args,
    env: { ...childEnvironment(context.paths, context.environment), ...context.extra },
    cwd: context.paths.rootModule,
  };
}
