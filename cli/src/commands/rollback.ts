import { Command } from 'commander';
import { connect } from '../connection.ts';
import { runJob } from '../project/finish-job.ts';
import { projectName } from '../project/project-name.ts';
import { type ConductOptions, positive, stackOnly, withConduct } from '../stack/conduct-options.ts';
import { rollbackStack } from '../stack/start.ts';
import { submit } from '../submit.ts';
import { isStack, requireStackFor, type TargetOptions, withProjectArgument } from '../target.ts';

type RollbackOptions = TargetOptions & ConductOptions & { toRevision?: number; toPipeline?: string };

export function rollbackCommand(): Command {
  return withConduct(withProjectArgument(new Command('rollback')))
    .option('--to-revision <number>', 'project: the revision, from history; else the one before', positive)
    .option('--to-pipeline <id>', 'stack: the pipeline, from history; else the last successful one before')
    .action(async (_project: unknown, options: RollbackOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return rollbackStack(connection, options);
      requireStackFor(command, [...stackOnly, 'toPipeline', 'message']);
      const { jobId } = await submit((idempotencyKey, call) =>
        connection.client.rollback(
          {
            idempotencyKey,
            body: {
              projectId: projectName(options.project),
              toRevision: options.toRevision,
              autoApprove: options.autoApprove ?? false,
            },
          },
          call,
        ),
      );
      await runJob(connection, jobId, options);
    });
}
