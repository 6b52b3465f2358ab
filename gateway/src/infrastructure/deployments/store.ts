import type { DeploymentsQuery } from '@deployment-engine/contracts';
import { projectIdPattern } from '@deployment-engine/contracts';
import { DomainError } from '@deployment-engine/service';
import type { Selectable } from 'kysely';
import { mayTouch, type Principal } from '../../access/principal.ts';
import { inScope } from '../../access/scope-filter.ts';
import { tenantOf } from '../../access/tenant.ts';
import type { Query } from '../../server/database/open.ts';
import type { Database } from '../../server/database/schema.ts';

export type DeploymentRow = Selectable<Database['deployments']>;

/** Returns the id of the project of a new deployment, in the caller's scope. */
export function ownProject(principal: Principal, deploymentId: string): string {
  const tenant = tenantOf(principal);
  const projectId = tenant.slice(0, -1) + deploymentId;
  if (projectIdPattern.test(projectId)) return projectId;
  throw new DomainError(
    'forbidden',
    `naming the project of a deployment: ${projectId} is no project id, because ${tenant} is too long or has other characters; use a key with a pattern of at most 38`,
  );
}

/** Returns a deployment; throws `deployment_not_found` for one that is gone or out of the caller's scope. */
export async function findDeployment(query: Query, principal: Principal, id: string): Promise<DeploymentRow> {
  const row = await query
    .selectFrom('deployments')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return requireVisible(row, principal, id);
}

/** The same, with its row locked for this transaction. */
export async function lockDeployment(trx: Query, principal: Principal, id: string): Promise<DeploymentRow> {
  const row = await trx
    .selectFrom('deployments')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return requireVisible(row, principal, id);
}

function requireVisible(row: DeploymentRow | undefined, principal: Principal, id: string): DeploymentRow {
  if (row && mayTouch(principal, row.project_id)) return row;
  throw new DomainError('deployment_not_found', `no deployment ${id} exists`);
}

/** Returns a page of deployments in the caller's scope, newest first. Those that are gone are shown by the status `deleted`. */
export async function listDeployments(
  query: Query,
  principal: Principal,
  filter: DeploymentsQuery & { before: number | undefined },
): Promise<DeploymentRow[]> {
  let rows = query
    .selectFrom('deployments')
    .selectAll()
    .orderBy('seq', 'desc')
    .limit(filter.limit + 1);
  rows = rows.where(inScope('deployments.project_id', principal));
  if (filter.status !== 'deleted') rows = rows.where('deleted_at', 'is', null);
  for (const name of ['environment_id', 'cloud_account_id', 'status', 'provider', 'template_type'] as const)
    if (filter[name] !== undefined) rows = rows.where(name, '=', filter[name]);
  if (filter.before !== undefined) rows = rows.where('seq', '<', filter.before);
  if (filter.offset > 0) rows = rows.offset(filter.offset);
  return rows.execute();
}
