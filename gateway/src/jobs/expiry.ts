import { sql } from 'kysely';
import { enginePrincipal } from '../access/principal.ts';
import type { Context } from '../context.ts';
import { engineFacts } from '../http/call.ts';
import type { Query } from '../server/database/open.ts';
import { findJob, insertJob, jobCreator, type NewJob } from './store.ts';

/** A failed destroy is retried after this long. The first one that completes clears the date. */
const retryAfter = '1 hour';

/** Queues the destruction of projects whose time to live is over; each once, even with many gateways. */
export async function destroyDueProjects(context: Context): Promise<string[]> {
  return context.database.query.transaction().execute(async (trx) => {
    const due = await trx
      .updateTable('projects')
      .set({ destroy_at: sql<Date>`now() + ${retryAfter}::interval` })
      .where('destroy_at', '<=', sql<Date>`now()`)
      .where(
        // A queued destroy, also one that waits for approval, is enough.
        sql<boolean>`not exists (select 1 from jobs j where j.project_id = projects.id
          and j.type = 'destroy' and j.status in ('pending', 'processing', 'awaiting_approval'))`,
      )
      .returning(['id', 'revision', 'deployment_job_id'])
      .execute();
    const jobs = [];
    for (const project of due) {
      if (project.revision === null) continue;
      const { id: projectId, revision } = project;
      const createdBy = await deployerOf(trx, project.deployment_job_id);
      jobs.push(await insertJob(trx, { projectId, type: 'destroy', revision, createdBy }));
    }
    for (const job of jobs)
      await context.audit.append(
        trx,
        engineFacts('destroyExpired', { project: job.project_id, job: job.id }),
      );
    return jobs.map((job) => job.id);
  });
}

/** The destroy is attributed to whoever deployed, with their limits, so that they cannot approve it themselves. */
async function deployerOf(trx: Query, deploymentJobId: string | null): Promise<NewJob['createdBy']> {
  const job = deploymentJobId === null ? undefined : await findJob(trx, deploymentJobId);
  return job ? jobCreator(job) : enginePrincipal;
}
