import { sql } from 'kysely';
import type { Context } from '../context.ts';
import { insertJob } from '../jobs/store.ts';

/** A destroy that fails is tried again after this long, until one completes and takes the date away. */
const retryAfter = '1 hour';

/** Queues the destruction of projects whose time to live is over; each once, whatever the number of gateways. */
export async function destroyDueProjects(context: Context): Promise<string[]> {
  return context.database.query.transaction().execute(async (trx) => {
    const due = await trx
      .updateTable('projects')
      .set({ destroy_at: sql<Date>`now() + ${retryAfter}::interval` })
      .where('destroy_at', '<=', sql<Date>`now()`)
      .returning(['id', 'revision'])
      .execute();
    const jobs = [];
    for (const project of due) {
      if (project.revision === null) continue;
      jobs.push(await insertJob(trx, { projectId: project.id, type: 'destroy', revision: project.revision }));
    }
    return jobs.map((job) => job.id);
  });
}
