import { instanceAddresses, type TerraformState } from '@deployment-engine/terraform-code';
import type { Query } from '../../server/database/open.ts';
import { unresolvedOrphans } from './orphan-store.ts';

/**
 * Returns the imports for a deploy's plan: unresolved orphans whose object is known from the journal, from a search
 * that found exactly one, or from a person. None is applied before a person has approved the plan.
 */
export async function orphanImports(
  query: Query,
  projectId: string,
  state: TerraformState | undefined,
  left: ReadonlySet<string>,
): Promise<{ to: string; id: string }[]> {
  const taken = new Set(instanceAddresses(state ?? { resources: [] }).keys());
  const imports = new Map<string, string>();
  for (const row of await unresolvedOrphans(query, projectId)) {
    const candidates: string[] = JSON.parse(row.candidates);
    const id = row.object_id ?? (candidates.length === 1 ? candidates[0] : undefined);
    if (row.address === null || id === undefined) continue;
    if (!taken.has(row.address) && !left.has(row.address) && !imports.has(row.address))
      imports.set(row.address, id);
  }
  return [...imports].map(([to, id]) => ({ to, id }));
}
