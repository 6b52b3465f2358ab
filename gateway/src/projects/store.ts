import type { Selectable } from 'kysely';
import type { Query } from '../database/open.ts';
import type { Database } from '../database/schema.ts';
import { DomainError } from '../domain-error.ts';

export type ProjectRow = Selectable<Database['projects']>;

export async function ensureProject(trx: Query, projectId: string): Promise<void> {
  await trx
    .insertInto('projects')
    .values({ id: projectId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Throws `project_not_found`. */
export async function findProject(query: Query, projectId: string): Promise<ProjectRow> {
  const row = await query.selectFrom('projects').selectAll().where('id', '=', projectId).executeTakeFirst();
  if (!row)
    throw new DomainError(
      'project_not_found',
      `no project ${projectId} exists; a first deploy or plan creates it`,
    );
  return row;
}

/** By id, after `after` where it is given. */
export async function listProjects(
  query: Query,
  page: { after?: string | undefined; limit: number },
): Promise<ProjectRow[]> {
  let rows = query.selectFrom('projects').selectAll().orderBy('id').limit(page.limit);
  if (page.after !== undefined) rows = rows.where('id', '>', page.after);
  return rows.execute();
}
