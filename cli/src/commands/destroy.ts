import { Command } from 'commander';
import { connect } from '../connection.ts';
import { runJob } from '../project/finish-job.ts';
import { projectName } from '../project/project-name.ts';
import { type ConductOptions, stackOnly, withConduct } from '../stack/conduct-options.ts';
import { destroyStack } from '../stack/start.ts';
import { isStack, requireStackFor, type TargetOptions, withProjectArgument } from '../target.ts';

type DestroyOptions = TargetOptions & ConductOptions & { withDependents?: boolean };

export function destroyCommand(): Command {
  return withConduct(withProjectArgument(new Command('destroy')))
    .option('--with-dependents', 'stack: destroy what needs the service or component too')
    .action(async (_project: unknown, options: DestroyOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return destroyStack(connection, options);
      requireStackFor(command, [...stackOnly, 'withDependents', 'message']);
      const { jobId } = await connection.client.destroy({
        body: { projectId: projectName(options.project), autoApprove: options.autoApprove ?? false },
      });
      await runJob(connection, jobId, options);
    });
}
