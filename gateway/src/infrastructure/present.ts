import type { DeploymentStatus } from '@deployment-engine/contracts';
import { unfinishedDeployments } from '../jobs/store.ts';
import type { ProjectRow } from '../projects/store.ts';
import type { Query } from '../server/database/open.ts';

/** Returns a project's status; `pending` while a job that changes infrastructure is queued or in progress. */
export async function deploymentStatus(query: Query, project: ProjectRow): Promise<DeploymentStatus> {
  const unfinished = await unfinishedDeployments(query, [project.id]);
  return unfinished.has(project.id) ? 'pending' : project.deployment_status;
}

export async function presentProjects(query: Query, projects: ProjectRow[]) {
  const unfinished = await unfinishedDeployments(
    query,
    projects.map((project) => project.id),
  );
  return projects.map((project) => ({
    projectId: project.id,
    deploymentStatus: unfinished.has(project.id) ? ('pending' as const) : project.deployment_status,
    lastJobId: project.last_job_id,
    revision: project.revision,
    createdAt: project.created_at.toISOString(),
    lastUpdated: project.updated_at.toISOString(),
  }));
}
