import { asArray, asRecord, asString, type TerraformPlan } from '@deployment-engine/terraform-code';
import { importId } from '../import-ids.ts';
import type { OrphanContent } from '../orphan-store.ts';
import { queries } from './query-table.ts';
import { tagQuery } from './tag-query.ts';

/** How to search for one orphan: by an id derived from its planned values, or by a data source. */
export type Lookup =
  | { kind: 'import'; orphanId: string; to: string; id: string }
  | {
      kind: 'query';
      orphanId: string;
      name: string;
      type: string;
      provider: string;
      arguments: Record<string, unknown>;
      answer: string;
    };

/** Returns lookups for an orphan, the most exact first. A module's provider configuration can't be used outside it. */
export function lookupsOf(
  orphan: { id: string; address: string | null; type: string },
  content: OrphanContent,
  tag: { key: string; value: string } | undefined,
): Lookup[] {
  const { providerKey, provider, values } = content;
  const common = { orphanId: orphan.id };
  const found: Lookup[] = [];
  const id = importId(orphan.type, values);
  if (id !== null && orphan.address !== null)
    found.push({ ...common, kind: 'import', to: orphan.address, id });
  const key = providerKey === '' ? (provider.split('/').at(-1) ?? '') : providerKey;
  if (key.includes(':')) return found;
  const query = (tag && tagQuery(orphan.type, tag)) ?? queries[orphan.type];
  const given = query?.arguments(values);
  if (query && given)
    found.push({
      ...common,
      kind: 'query',
      name: `engine_${orphan.id.replace('-', '_')}`,
      type: query.data,
      provider: key,
      arguments: given,
      answer: query.answer,
    });
  return found;
}

/** Returns the address that a search plans for a lookup. */
export function targetOf(lookup: Lookup): string {
  return lookup.kind === 'import' ? lookup.to : `data.${lookup.type}.${lookup.name}`;
}

/** Returns the ids that a lookup has found, from the search's plan. */
export function foundIds(plan: TerraformPlan, lookup: Lookup): string[] {
  if (lookup.kind === 'import') {
    const change = plan.resource_changes?.find(({ address }) => address === lookup.to)?.change;
    return change?.importing == null ? [] : [lookup.id];
  }
  const read = plan.prior_state?.values?.root_module?.resources?.find(
    ({ mode, type, name }) => mode === 'data' && type === lookup.type && name === lookup.name,
  );
  return idsIn(asRecord(read?.values), lookup.answer);
}

function idsIn(values: Record<string, unknown>, answer: string): string[] {
  if (answer === 'resource_tag_mapping_list')
    return asArray(values[answer]).map((item) => asString(asRecord(item).resource_arn));
  const value = values[answer];
  return (Array.isArray(value) ? value : [value]).filter(
    (id): id is string => typeof id === 'string' && id !== '',
  );
}
