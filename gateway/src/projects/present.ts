import type { DeploymentStatus } from '@deployment-engine/contracts';
import type { Query } from '../database/open.ts';
import { hasUnfinishedDeployment } from '../jobs/store.ts';
import type { ProjectRow } from './store.ts';

/** `pending` while a job that changes infrastructure is queued or in progress. */
export async function deploymentStatus(query: Query, project: ProjectRow): Promise<DeploymentStatus> {
  return (await hasUnfinishedDeployment(query, project.id)) ? 'pending' : project.deployment_status;
}

export async function presentProject(query: Query, project: ProjectRow) {
  return {
    projectId: project.id,
    deploymentStatus: await deploymentStatus(query, project),
    lastJobId: project.last_job_id,
    revision: project.revision,
    createdAt: project.created_at.toISOString(),
    lastUpdated: project.updated_at.toISOString(),
  };
}
