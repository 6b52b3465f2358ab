import { Command, Option } from 'commander';
import { connect } from '../connection.ts';
import { runJob } from '../project/finish-job.ts';
import { readProjectCode } from '../project/project-code.ts';
import { projectName } from '../project/project-name.ts';
import { type ConductOptions, stackOnly, withConduct } from '../stack/conduct-options.ts';
import { applyStack } from '../stack/start.ts';
import { submit } from '../submit.ts';
import { isStack, requireStackFor, type TargetOptions, withTarget, withVariables } from '../target.ts';
import type { GivenVariables } from '../upload/variables.ts';

type DeployOptions = TargetOptions & GivenVariables & ConductOptions & { ttlSeconds?: number | 'none' };

export function deployCommand(): Command {
  return withConduct(withVariables(withTarget(new Command('deploy'))))
    .argument('[dir]', 'the folder; - reads one file of code from standard input', '.')
    .option(
      '--ttl-seconds <seconds>',
      'destroy the project or environment this long after the deploy; none cancels that',
      (text) => (text === 'none' ? text : Number(text)),
    )
    .addOption(new Option('--refresh', 'plan also components for which nothing has changed'))
    .option('--prune', 'destroy components that the repository no longer has')
    .option('--with-dependencies', 'add what the service or component needs and is not deployed')
    .option('--with-dependents', 'add what needs the service or component')
    .action(async (folder: string, options: DeployOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return applyStack(connection, folder, options);
      requireStackFor(command, [...stackOnly, 'refresh', 'prune', 'withDependencies', 'withDependents']);
      const code = await readProjectCode(folder, options);
      const { jobId } = await submit((idempotencyKey, call) =>
        connection.client.deploy(
          {
            idempotencyKey,
            body: {
              projectId: projectName(options.project, folder === '-' ? '.' : folder),
              ...code,
              autoApprove: options.autoApprove ?? false,
              ttlSeconds: options.ttlSeconds === 'none' ? undefined : options.ttlSeconds,
              message: options.message,
            },
          },
          call,
        ),
      );
      await runJob(connection, jobId, { ...options, folder: folder === '-' ? undefined : folder });
    });
}
