import { type BlastRadius, matchesWildcard } from '@deployment-engine/contracts';
import { type ChangeFinding, isChange, isReplacement } from './change-rules.ts';
import type { PlanModel } from './plan-model.ts';
import { foreignRegions } from './regions.ts';

/** Rules that limit how much one plan may change. */
export const blastRadiusIds: readonly string[] = [
  'PLAN-MAX-DELETIONS',
  'PLAN-MAX-REPLACEMENTS',
  'PLAN-MAX-RESOURCES',
  'PLAN-RESOURCE-TYPE',
  'PLAN-REGION',
];

/** Returns exceeded limits: numbers of objects, types and regions. `whose` is `the project`, a key or a cloud account. */
export function exceededLimits(
  plan: PlanModel,
  limits: BlastRadius,
  whose: string,
  defaultRegion: string | null = null,
): ChangeFinding[] {
  const changed = plan.changes.filter(({ actions }) => isChange(actions));
  const types = limits.resourceTypes;
  const foreignTypes = types
    ? changed.filter(({ type }) => !types.some((p) => matchesWildcard(p, type)))
    : [];
  return [
    ...exceededCounts(plan, limits, whose),
    ...foreignTypes.map((resource) => ({
      id: 'PLAN-RESOURCE-TYPE' as const,
      resource,
      subject: resource.type,
      message: `${whose} may not change ${resource.type}`,
    })),
    ...(limits.regions
      ? foreignRegions(plan, changed, { allowed: limits.regions, whose, defaultRegion })
      : []),
  ];
}

function exceededCounts(plan: PlanModel, limits: BlastRadius, whose: string): ChangeFinding[] {
  const replacements = plan.changes.filter(({ actions }) => isReplacement(actions)).length;
  const deletions = plan.changes.filter(({ actions }) => actions.includes('delete')).length - replacements;
  const counts = [
    ['PLAN-MAX-DELETIONS', deletions, limits.maxDeletions, 'be deleted', 'delete'],
    ['PLAN-MAX-REPLACEMENTS', replacements, limits.maxReplacements, 'be replaced', 'replace'],
    ['PLAN-MAX-RESOURCES', plan.resources.length, limits.maxResources, 'exist', 'have'],
  ] as const;
  return counts.flatMap(([id, count, limit, happens, may]) =>
    limit !== null && count > limit
      ? [
          {
            id,
            resource: null,
            message: `${count} objects would ${happens}; ${whose} may ${may} ${limit} at once`,
          },
        ]
      : [],
  );
}
