import { type Expression, type SqlBool, sql } from 'kysely';
import { mayTouchAll, type Principal } from './principal.ts';

/** Returns SQL that is true for rows of projects in a principal's scope. */
export function inScope(
  column:
    | 'projects.id'
    | 'jobs.project_id'
    | 'pipeline_tasks.project_id'
    | 'stack_components.project_id'
    | 'deployments.project_id',
  principal: Principal,
): Expression<SqlBool> {
  if (mayTouchAll(principal)) return sql<SqlBool>`true`;
  const conditions = principal.projects.map(
    (pattern) => sql<SqlBool>`${sql.ref(column)} like ${likePattern(pattern)}`,
  );
  return conditions.length === 0 ? sql<SqlBool>`false` : sql<SqlBool>`(${sql.join(conditions, sql` or `)})`;
}

function likePattern(pattern: string): string {
  return pattern.replace(/[\\%_]/g, '\\$&').replaceAll('*', '%');
}
