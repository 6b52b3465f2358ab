import type { OrphanRow } from '../orphan-store.ts';

/** A search's result for one orphan. */
export type Finding = {
  row: OrphanRow;
  /** Ids, sorted. */
  candidates: string[];
  problems: string[];
  /** Whether at least one lookup was answered. */
  isConclusive: boolean;
};

/**
 * Gives one object each to orphans that found the same objects, as orphans with equal planned values do. With no more
 * objects than orphans, it does not matter which orphan gets which. With more, some belong to others, so a person
 * decides.
 */
export function shareOut(findings: Finding[]): Finding[] {
  const groups = Map.groupBy(findings, ({ row, candidates }) => `${row.type} ${candidates.join(' ')}`);
  return [...groups.values()].flatMap((group) => {
    const candidates = group[0]?.candidates ?? [];
    if (candidates.length > group.length) return group;
    return group.map((finding, index) => ({ ...finding, candidates: candidates.slice(index, index + 1) }));
  });
}
