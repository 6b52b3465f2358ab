import type { TerraformLogLevel } from '@deployment-engine/contracts';
import { proxyEnvironment } from '../egress/namespace.ts';
import type { CommandLine } from '../process/command-line.ts';
import { childEnvironment } from '../terraform/environment.ts';
import { logEnvironment } from '../terraform/terraform-log.ts';
import type { JobPaths } from '../workdir/job-paths.ts';
import type { NetworkAccess } from './bubblewrap.ts';
import type { CommandKind } from './mounts.ts';
import type { Sandbox } from './sandbox.ts';

export type CommandContext = {
  paths: JobPaths;
  /** The request's environment, unfiltered. */
  environment: Record<string, string>;
  sandbox: Pick<Sandbox, 'confine' | 'mode'>;
  kind: CommandKind;
  network: NetworkAccess;
  /** Where the command writes Terraform's own log, if requested. */
  log?: { level: TerraformLogLevel; path: string } | undefined;
  /** Further variables set by the engine. */
  extra?: Record<string, string>;
};

/** Builds the command line of every child, Terraform and shared providers alike, in its sandbox. */
export function commandLine(context: CommandContext, argv: [string, ...string[]]): CommandLine {
  const { paths, network } = context;
  const [file, ...args] = argv;
  const line = {
    file,
    args,
    env: {
      ...childEnvironment(paths, context.environment),
      ...(network.kind === 'proxied' ? proxyEnvironment(network.namespace) : {}),
      ...(context.log ? logEnvironment(context.log.level, context.log.path) : {}),
      ...context.extra,
    },
    cwd: paths.rootModule,
  };
  return context.sandbox.confine(line, context);
}
