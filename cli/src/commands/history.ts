import { Command } from 'commander';
import { type Connection, connect } from '../connection.ts';
import { projectName } from '../project/project-name.ts';
import { showStackHistory } from '../stack/show.ts';
import { isStack, type TargetOptions, withTarget } from '../target.ts';
import { note } from '../terminal/output-mode.ts';
import { counted, printable } from '../text/printable.ts';

export function historyCommand(): Command {
  return withTarget(new Command('history'))
    .argument('[project]', 'the project')
    .action(async (project: string | undefined, options: TargetOptions, command: Command) => {
      const connection = connect(command);
      if (project === undefined && isStack(options)) return showStackHistory(connection, options);
      await showHistory(connection, projectName(project ?? options.project));
    });
}

async function showHistory({ client, json }: Connection, projectId: string): Promise<void> {
  const history = await client.history({ params: { projectId } });
  if (json) return console.log(JSON.stringify(history));
  const lines = history.revisions.flatMap(({ revision, createdAt, files, jobs }) => [
    `revision ${revision}  ${createdAt}  ${counted(files.length, 'file')}`,
    ...jobs.map(({ jobId, status, message }) => `  ${jobId}  ${status}${message ? `  ${message}` : ''}`),
  ]);
  console.log(printable(lines.join('\n')) || 'no revisions');
  if (history.nextCursor !== null) note('older revisions are left out');
}
