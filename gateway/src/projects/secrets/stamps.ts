import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { OpenDatabase } from '../../server/database/open.ts';

/**
 * Returns a function that returns a text for a project, which changes when anything changes that says what its secrets are.
 * Projects that are asked for at once, for a list for example, are one statement.
 */
export function createStamps({ query }: Pick<OpenDatabase, 'query'>): (projectId: string) => Promise<string> {
  let next: { projects: Set<string>; stamps: Promise<Map<string, string>> } | undefined;

  function collect() {
    const projects = new Set<string>();
    const stamps = nextTurn().then(() => {
      next = undefined; // who asks from now on sees what has changed since
      return readStamps(query, [...projects]);
    });
    return { projects, stamps };
  }

  return async (projectId) => {
    next ??= collect();
    const { projects, stamps } = next;
    projects.add(projectId);
    return (await stamps).get(projectId) ?? '';
  };
}

async function readStamps(query: OpenDatabase['query'], projects: string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string }>`
    select p.id, (select max(id) from state_versions where project_id = p.id) as state,
      (select max(number) from revisions where project_id = p.id) as revision,
      (select max(l.created_at) from plans l join jobs j on j.id = l.job_id where j.project_id = p.id) as plan,
      (select count(*) || ' ' || max(updated_at) from project_secrets where project_id = p.id) as secrets,
      (select a.updated_at from deployments d
        join cloud_accounts a on a.id = d.cloud_account_id and a.tenant = left(d.project_id, length(d.project_id) - length(d.id)) || '*'
        where d.project_id = p.id) as account
    from unnest(${projects}::text[]) as p(id)`.execute(query);
  return new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
}
