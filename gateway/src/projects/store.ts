import { DomainError } from '@deployment-engine/service';
import type { Selectable } from 'kysely';
import type { Principal } from '../access/principal.ts';
import { inScope } from '../access/scope-filter.ts';
import type { Query } from '../server/database/open.ts';
import type { Database } from '../server/database/schema.ts';

export type ProjectRow = Selectable<Database['projects']>;

export async function ensureProject(trx: Query, projectId: string): Promise<void> {
  await trx
    .insertInto('projects')
    .values({ id: projectId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Returns a project, or `undefined` if no request has created it yet. */
export async function knownProject(query: Query, projectId: string): Promise<ProjectRow | undefined> {
  return query.selectFrom('projects').selectAll().where('id', '=', projectId).executeTakeFirst();
}

/** Whether the project's state is empty; orphans may remain in the cloud. */
export function isDestroyed({ deployment_status: status }: Pick<ProjectRow, 'deployment_status'>): boolean {
  return status === 'destroyed' || status === 'destroyed_with_orphans';
}

/** Returns a project; throws `project_not_found`. */
export async function findProject(query: Query, projectId: string): Promise<ProjectRow> {
  const row = await knownProject(query, projectId);
  if (!row)
    throw new DomainError(
      'project_not_found',
      `no project ${projectId} exists; a first deploy or plan creates it`,
    );
  return row;
}

/** Returns projects in the principal's scope, ordered by id; with `after`, only those with greater ids. */
export async function listProjects(
  query: Query,
  page: { principal: Principal; after?: string | undefined; limit: number },
): Promise<ProjectRow[]> {
  let rows = query.selectFrom('projects').selectAll().orderBy('id').limit(page.limit);
  rows = rows.where(inScope('projects.id', page.principal));
  if (page.after !== undefined) rows = rows.where('id', '>', page.after);
  return rows.execute();
}
