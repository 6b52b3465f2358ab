import { Argument, Command } from 'commander';
import { allPages } from '../all-pages.ts';
import { type Connection, connect } from '../connection.ts';
import { requireProject } from '../project/require-project.ts';
import { listPipelines, listStacks } from '../stack/show.ts';
import { isStack, type TargetOptions, withTarget } from '../target.ts';
import { note } from '../terminal/output-mode.ts';
import { table } from '../text/printable.ts';

const newest = 50;

export function listCommand(): Command {
  return withTarget(new Command('list'))
    .addArgument(new Argument('[what]', 'what to list').choices(['projects', 'jobs', 'stacks', 'pipelines']))
    .action(async (what: string | undefined, options: TargetOptions, command: Command) => {
      const connection = connect(command);
      switch (what ?? (isStack(options) ? 'stacks' : 'projects')) {
        case 'jobs':
          return listJobs(connection, options.project);
        case 'stacks':
          return listStacks(connection, options);
        case 'pipelines':
          return listPipelines(connection, options);
        default:
          return listProjects(connection);
      }
    });
}

async function listProjects({ client, json }: Connection): Promise<void> {
  const pages = await allPages((cursor) => client.projects({ query: { cursor, limit: 200 } }));
  const projects = pages.flatMap((page) => page.projects);
  if (json) return console.log(JSON.stringify({ projects }));
  const rows = projects.map(({ projectId, deploymentStatus, revision, lastUpdated }) => [
    projectId,
    deploymentStatus,
    revision === null ? '-' : `revision ${revision}`,
    lastUpdated,
  ]);
  console.log(rows.length > 0 ? table([['PROJECT', 'STATUS', 'CODE', 'UPDATED'], ...rows]) : 'no projects');
}

async function listJobs({ client, json }: Connection, projectId: string | undefined): Promise<void> {
  const page = await client.jobs({ query: { projectId, limit: newest } });
  if (projectId !== undefined && page.jobs.length === 0) await requireProject(client, projectId);
  if (json) return console.log(JSON.stringify(page));
  const rows = page.jobs.map(({ jobId, projectId: of, status, startTime, message }) => [
    jobId,
    of,
    status,
    startTime,
    message ?? '',
  ]);
  console.log(rows.length > 0 ? table([['JOB', 'PROJECT', 'STATUS', 'ACCEPTED', ''], ...rows]) : 'no jobs');
  if (page.nextCursor !== null) note(`only the newest ${newest}`);
}
