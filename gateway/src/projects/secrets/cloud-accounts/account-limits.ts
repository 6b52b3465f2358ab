import type { Query } from '../../../server/database/open.ts';
import { accountOfProject } from './store.ts';

/** Returns what the account of a project's deployment allows; `undefined` if its runs get no credentials of an account. */
export async function accountLimits(
  query: Query,
  projectId: string,
): Promise<{ regions: string[] | null; defaultRegion: string | null } | undefined> {
  const row = await accountOfProject(query, projectId);
  if (!row?.isUsable) return undefined;
  return { regions: row.regions && JSON.parse(row.regions), defaultRegion: row.default_region };
}
