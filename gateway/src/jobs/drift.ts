import type { Accepted } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { AuditLog } from '../access/audit/log.ts';
import type { Context } from '../context.ts';
import { engineFacts } from '../http/call.ts';
import { readPlanJson } from '../projects/plans/store.ts';
import { driftedResources } from '../projects/plans/terraform-plan.ts';
import { projectRedactor } from '../projects/secrets/project-redactor.ts';
import { redactDifference } from '../projects/states/differences.ts';
import { findProject, type ProjectRow } from '../projects/store.ts';
import type { JobRow } from '../server/database/job-row.ts';
import type { Query } from '../server/database/open.ts';
import type { Asked } from './create.ts';
import { oncePerKey } from './idempotency.ts';
import { presentUnresolved } from './recovery/uncertainty.ts';
import { refuseLimited } from './refuse-limited.ts';
import { refuseOwned, whyOwned } from './stack-owned.ts';
import { insertJob, jobCreator, type NewJob } from './store.ts';

/** Queues a drift check of a project's deployment. */
export async function createDriftJob(
  context: Context,
  request: { projectId: string; remediate: boolean },
  { principal, call, key }: Asked,
): Promise<Accepted> {
  if (request.remediate) refuseLimited(principal, 'remediating', request.projectId);
  return context.database.query.transaction().execute((trx) =>
    oncePerKey(trx, key, async () => {
      const project = await findProject(trx, request.projectId);
      if (request.remediate) await refuseOwned(trx, project.id, 'remediating');
      const job = await queueDriftCheck(trx, project, request.remediate, principal);
      if (!job)
        throw new DomainError(
          'project_not_deployed',
          `checking project ${project.id} for drift: it has deployed nothing`,
        );
      await call.record(trx, { job: job.id });
      return { jobId: job.id, status: 'accepted' as const, message: 'Drift check started' };
    }),
  );
}

export async function queueDriftCheck(
  trx: Query,
  project: ProjectRow,
  remediate: boolean,
  createdBy: NewJob['createdBy'],
) {
  if (project.revision === null) return undefined;
  const { id: projectId, revision } = project;
  return insertJob(trx, { projectId, type: 'drift', revision, remediate, createdBy });
}

/**
 * Queues the deploy that undoes the drift found by a check with `remediate`. The deploy waits for approval. It is
 * attributed to whoever requested the check, with the same limits. A project that a stack has taken over meanwhile is left
 * to the stack's own remediation.
 */
export async function queueRemediation(trx: Query, audit: AuditLog, job: JobRow): Promise<void> {
  if ((await whyOwned(trx, job.project_id)) !== undefined) return;
  const remediation = await insertJob(trx, {
    projectId: job.project_id,
    type: 'deploy',
    revision: job.revision ?? 0,
    autoApprove: false,
    createdBy: jobCreator(job),
  });
  await trx
    .updateTable('jobs')
    .set({ remediation_job_id: remediation.id })
    .where('id', '=', job.id)
    .execute();
  const detail = { driftCheck: job.id };
  await audit.append(
    trx,
    engineFacts('remediateDrift', { project: job.project_id, job: remediation.id, detail }),
  );
}

/** Returns the result of a project's newest completed drift check. */
export async function driftReport(context: Context, project: ProjectRow) {
  const { query } = context.database;
  const job = await query
    .selectFrom('jobs')
    .select(['id', 'finished_at', 'remediation_job_id'])
    .where('project_id', '=', project.id)
    .where('type', '=', 'drift')
    .where('status', '=', 'completed')
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const redactor = await projectRedactor(context, project, []);
  const drifted = job ? driftedResources(await readPlanJson(query, context.encryption, job.id)) : [];
  const resources = drifted.map((resource) => ({
    ...resource,
    attributes: resource.attributes.map((attribute) => redactDifference(attribute, redactor)),
  }));
  return {
    projectId: project.id,
    jobId: job?.id ?? null,
    checkedAt: job?.finished_at?.toISOString() ?? null,
    status: driftStatus(job !== undefined, resources.length),
    drifted: resources.length > 0,
    resources,
    remediationJobId: job?.remediation_job_id ?? null,
    schedule: project.drift_cron,
    orphans: await presentUnresolved(query, project.id),
  };
}

function driftStatus(wasChecked: boolean, found: number) {
  if (!wasChecked) return 'never_checked' as const;
  return found > 0 ? ('drifted' as const) : ('in_sync' as const);
}
