import { ApiError } from '@deployment-engine/client';
import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { runJob } from '../project/finish-job.ts';
import { projectName } from '../project/project-name.ts';
import { type ConductOptions, stackOnly, withConduct } from '../stack/conduct-options.ts';
import { destroyStack } from '../stack/start.ts';
import { submit } from '../submit.ts';
import { isStack, requireStackFor, type TargetOptions, withProjectArgument } from '../target.ts';

type DestroyOptions = TargetOptions & ConductOptions & { withDependents?: boolean; ifExists?: boolean };

export function destroyCommand(): Command {
  return withConduct(withProjectArgument(new Command('destroy')))
    .option('--if-exists', 'project: succeed if there is no such project')
    .option('--with-dependents', 'stack: destroy what needs the service or component too')
    .action(async (_project: unknown, options: DestroyOptions, command: Command) => {
      const connection = connect(command);
      if (isStack(options)) return destroyStack(connection, options);
      requireStackFor(command, [...stackOnly, 'withDependents', 'message']);
      const projectId = projectName(options.project);
      const jobId = await startDestroy(connection, projectId, options);
      if (jobId !== undefined) return runJob(connection, jobId, options);
      console.log(
        connection.json ? JSON.stringify({ jobId: null }) : `${projectId}: there is no such project`,
      );
    });
}

/** Returns `undefined` if the project does not exist and need not. */
async function startDestroy(
  { client }: Connection,
  projectId: string,
  { autoApprove = false, ifExists }: DestroyOptions,
): Promise<string | undefined> {
  const body = { projectId, autoApprove };
  try {
    const accepted = await submit((idempotencyKey, call) => client.destroy({ idempotencyKey, body }, call));
    return accepted.jobId;
  } catch (error) {
    if (ifExists && error instanceof ApiError && error.code === 'project_not_found') return undefined;
    throw error;
  }
}
