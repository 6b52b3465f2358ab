import type { OrphanRow } from '../orphan-store.ts';

/** What a search has found for one orphan. */
export type Finding = {
  row: OrphanRow;
  /** Ids, sorted. */
  candidates: string[];
  problems: string[];
  /** Whether at least one way to look for it has given an answer. */
  isConclusive: boolean;
};

/**
 * Gives orphans that were planned alike one object each. They find the same objects; where those are no more than the
 * orphans, which is whose does not matter. Where they are more, some are not the project's, and a person decides.
 */
export function shareOut(findings: Finding[]): Finding[] {
  const groups = Map.groupBy(findings, ({ row, candidates }) => `${row.type} ${candidates.join(' ')}`);
  return [...groups.values()].flatMap((group) => {
    const candidates = group[0]?.candidates ?? [];
    if (candidates.length > group.length) return group;
    return group.map((finding, index) => ({ ...finding, candidates: candidates.slice(index, index + 1) }));
  });
}
