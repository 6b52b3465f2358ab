import { randomInt } from 'node:crypto';
import type { JobStatus, JobType, TerraformLogLevel } from '@deployment-engine/contracts';
import type { Principal } from '../access/principal.ts';
import { inScope } from '../access/scope-filter.ts';
import type { JobRow } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';
import { deploymentStatus, noteDeployment } from './note-deployment.ts';
import { writeJob } from './write-job.ts';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';

export type NewJob = {
  projectId: string;
  type: JobType;
  revision: number;
  /** Who requested it, with the limits on their plans. */
  createdBy: Pick<Principal, 'id' | 'blastRadius'>;
  autoApprove?: boolean;
  ttlSeconds?: number | undefined;
  remediate?: boolean;
  /** The caller's note on the job. */
  message?: string | undefined;
  /** Level of Terraform's own log, if an admin requested it. */
  terraformLog?: TerraformLogLevel | undefined;
  /** Orphans to adopt; a destroy deletes them. */
  orphanIds?: string[];
  /** The pipeline that it works for. */
  pipelineId?: string;
};

/** Returns `<prefix>-<epoch ms>-<8 random letters and digits>`; jobs have their type as prefix, deployments `dep`, templates `tpl`. */
export function newId(prefix: JobType | 'pipeline' | 'dep' | 'tpl'): string {
  const random = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${prefix}-${Date.now()}-${random}`;
}

/** Inserts a pending job. It is queued when the transaction commits. */
export async function insertJob(trx: Query, job: NewJob): Promise<JobRow> {
  const row = await trx
    .insertInto('jobs')
    .values({
      id: newId(job.type),
      project_id: job.projectId,
      type: job.type,
      revision: job.revision,
      auto_approve: job.autoApprove ?? true,
      ttl_seconds: job.ttlSeconds ?? null,
      remediate: job.remediate ?? false,
      message: job.message ?? null,
      terraform_log: job.terraformLog ?? null,
      pipeline_id: job.pipelineId ?? null,
      orphan_ids: job.orphanIds ? JSON.stringify(job.orphanIds) : null,
      created_by: job.createdBy.id,
      blast_radius: job.createdBy.blastRadius && JSON.stringify(job.createdBy.blastRadius),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await trx
    .updateTable('projects')
    .set({ last_job_id: row.id, updated_at: new Date() })
    .where('id', '=', job.projectId)
    .execute();
  const written = await writeJob(trx, row.id, {
    events: [
      { body: { type: 'job_status', status: 'pending', message: 'The job is queued.' }, at: row.created_at },
    ],
    wakesWorkers: true,
  });
  const becomes = await deploymentStatus(trx, row);
  if (becomes) await noteDeployment(trx, row, becomes, 'new');
  return written ?? row;
}

/** Returns who requested a job, with their limits, for jobs that follow from it. */
export function jobCreator(row: Pick<JobRow, 'created_by' | 'blast_radius'>): NewJob['createdBy'] {
  return { id: row.created_by, blastRadius: row.blast_radius ? JSON.parse(row.blast_radius) : null };
}

export async function findJob(query: Query, jobId: string): Promise<JobRow | undefined> {
  return query.selectFrom('jobs').selectAll().where('id', '=', jobId).executeTakeFirst();
}

/** Returns the project of a job, or `undefined` if there is no such job. */
export async function projectOfJob(query: Query, jobId: string): Promise<string | undefined> {
  const row = await query.selectFrom('jobs').select('project_id').where('id', '=', jobId).executeTakeFirst();
  return row?.project_id;
}

export type JobFilter = {
  /** Only jobs in this principal's scope. */
  principal: Principal;
  projectId?: string | undefined;
  type?: JobType | undefined;
  status?: JobStatus | undefined;
  /** Only jobs with a smaller sequence number. */
  before?: number | undefined;
  limit: number;
};

/** Returns jobs, newest first. */
export async function listJobs(query: Query, filter: JobFilter): Promise<JobRow[]> {
  let rows = query.selectFrom('jobs').selectAll().orderBy('seq', 'desc').limit(filter.limit);
  rows = rows.where(inScope('jobs.project_id', filter.principal));
  if (filter.projectId) rows = rows.where('project_id', '=', filter.projectId);
  if (filter.type) rows = rows.where('type', '=', filter.type);
  if (filter.status) rows = rows.where('status', '=', filter.status);
  if (filter.before !== undefined) rows = rows.where('seq', '<', filter.before);
  return rows.execute();
}

/** Whether a job that changes infrastructure is queued or in progress. */
export async function hasUnfinishedDeployment(query: Query, projectId: string): Promise<boolean> {
  return (await unfinishedDeployments(query, [projectId])).has(projectId);
}

/** Returns those of the projects that have a job in the queue or in progress that changes infrastructure. */
export async function unfinishedDeployments(query: Query, projectIds: string[]): Promise<Set<string>> {
  if (projectIds.length === 0) return new Set();
  const rows = await query
    .selectFrom('jobs')
    .select('project_id')
    .where('project_id', 'in', projectIds)
    .where('type', 'in', ['deploy', 'destroy', 'rollback'])
    .where('status', 'in', ['pending', 'processing', 'awaiting_approval'])
    .execute();
  return new Set(rows.map((row) => row.project_id));
}
