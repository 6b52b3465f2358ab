import type { Client } from '@deployment-engine/client';
import { jobIdPattern, jobTypes } from '@deployment-engine/contracts';
import { CliError } from '../exit-code.ts';
import { projectName } from './project-name.ts';
import { requireProject } from './require-project.ts';

/** Whether an argument is a job, as opposed to a project. */
export function isJobId(text: string): boolean {
  return jobIdPattern.test(text);
}

/** Returns the job that an argument names: a job, or a project's newest job; without one, that of `--project`. */
export async function jobIdOf(
  client: Client,
  given: string | undefined,
  project: string | undefined,
): Promise<string> {
  if (given !== undefined && isJobId(given)) return given;
  const projectId = projectName(given ?? project);
  const { jobs } = await client.jobs({ query: { projectId, limit: 1 } });
  const [job] = jobs;
  if (job) return job.jobId;
  await requireProject(client, projectId);
  throw new CliError(
    `project ${projectId} has no job; name a project, or a job such as ${jobTypes[0]}-1704067200000-abc123`,
  );
}
